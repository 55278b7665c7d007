//! What a decoder's message says of a fault, without what misleads in it.

/// serde_json's message without ` at line 1 column 7`, which counts from the start of a part and misleads.
pub(crate) fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message[..end].to_owned()
}
