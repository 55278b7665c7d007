//! What a call reports to `tracing`: a span for the call and an event for each attempt, with
//! OpenTelemetry's names and without secrets.
//!
//! Without the feature `tracing` this costs nothing.

#[cfg(feature = "tracing")]
pub(crate) use on::{attempt, call, drift, within};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{attempt, call, drift, within};

/// What is reported of one attempt.
pub(crate) struct Attempt<'a> {
    /// The number of the attempt, from 1.
    pub(crate) number: u32,
    /// The URL of the request, reduced to the parts that may be shown.
    pub(crate) url: &'a dyn Fn() -> String,
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
    /// One word for the failure, if there was one.
    pub(crate) error: Option<&'static str>,
    /// How long the attempt waited for its slot.
    pub(crate) waited: std::time::Duration,
}

#[cfg(feature = "tracing")]
mod on {
    use tracing::{Instrument, Span, field};

    use super::Attempt;
    use crate::drift::Drift;
    use crate::endpoint::Endpoint;
    use crate::error::Error;

    /// The span of a call.
    pub(crate) fn call(endpoint: Endpoint, host: &str, port: Option<u16>) -> Span {
        tracing::info_span!(
            "cpalead.call",
            otel.kind = "client",
            otel.name = %format_args!("GET {endpoint}"),
            http.request.method = "GET",
            url.template = %format_args!("/api/{endpoint}"),
            server.address = host,
            server.port = port,
            http.response.status_code = field::Empty,
            error.type = field::Empty,
        )
    }

    /// Runs the call inside its span, and records there how it ended.
    pub(crate) async fn within<T>(
        span: Span,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let result = call.instrument(span.clone()).await;
        if let Err(error) = &result {
            span.record("error.type", error.kind());
        }
        result
    }

    /// The event of an attempt.
    pub(crate) fn attempt(attempt: &Attempt<'_>) {
        if let Some(status) = attempt.status {
            Span::current().record("http.response.status_code", status);
        }
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return;
        }
        tracing::debug!(
            http.request.resend_count = attempt.number.saturating_sub(1),
            http.response.status_code = attempt.status,
            error.type = attempt.error,
            url.full = (attempt.url)(),
            waited_ms = u64::try_from(attempt.waited.as_millis()).unwrap_or(u64::MAX),
            "attempt"
        );
    }

    /// The event of a difference between the answer and the document. The call did not fail.
    pub(crate) fn drift(drift: &Drift) {
        tracing::warn!(
            cpalead.drift.kind = drift.kind().as_str(),
            cpalead.drift.path = drift.path(),
            "{drift}"
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use super::Attempt;
    use crate::drift::Drift;
    use crate::endpoint::Endpoint;

    /// Takes the place of a span.
    pub(crate) struct NoSpan;

    /// Nothing.
    pub(crate) fn call(_: Endpoint, _: &str, _: Option<u16>) -> NoSpan {
        NoSpan
    }

    /// The call itself.
    pub(crate) fn within<F: Future>(_: NoSpan, call: F) -> F {
        call
    }

    /// Nothing. The fields are read so that the compiler does not report them as unused.
    pub(crate) fn attempt(attempt: &Attempt<'_>) {
        let _ = (
            attempt.number,
            attempt.status,
            attempt.error,
            attempt.waited,
            attempt.url,
        );
    }

    /// Nothing.
    pub(crate) fn drift(_: &Drift) {}
}
