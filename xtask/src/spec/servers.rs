//! Reads the servers of a document: origin and path, with relative addresses and variables
//! resolved.

use serde_json::Value;

/// A server's address in two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    /// Scheme, host and port, in lower case and without the default port.
    pub(crate) origin: String,
    /// The path, without a slash at its end.
    pub(crate) path: String,
}

/// The servers that a list may mean, those with our origin first, and the faults of those that
/// cannot be read. Without a list it is the server at `home`.
///
/// # Errors
///
/// A value that is not a list, or the first fault where no server can be read.
pub(crate) fn bases(
    servers: Option<&Value>,
    home: &str,
) -> Result<(Vec<Base>, Vec<String>), String> {
    let at_home = |path: &str| Base {
        origin: home.to_owned(),
        path: path.to_owned(),
    };
    let list = match servers {
        None | Some(Value::Null) => return Ok((vec![at_home("")], Vec::new())),
        Some(Value::Array(list)) if list.is_empty() => return Ok((vec![at_home("")], Vec::new())),
        Some(Value::Array(list)) => list,
        Some(_) => return Err("`servers` is not a list".to_owned()),
    };
    let mut bases = Vec::new();
    let mut faults = Vec::new();
    for server in list {
        let base = match base(server, home) {
            Ok(base) => base,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let url = server["url"].as_str().unwrap_or_default().trim();
        if url.starts_with('.') {
            // This is relative to the document, but many authors who write `./` mean the root. Both
            // are candidates.
            let below = at_home(&format!("{PUBLISHED_IN}{}", base.path));
            bases.push(below);
        }
        bases.push(base);
    }
    bases.sort_by_key(|base| base.origin != home);
    if bases.is_empty() {
        return Err(faults.swap_remove(0));
    }
    Ok((bases, faults))
}

/// The directory in which the provider's document is published.
const PUBLISHED_IN: &str = "/api";

fn base(server: &Value, home: &str) -> Result<Base, String> {
    let mut url = server["url"]
        .as_str()
        .ok_or("a server has no url")?
        .trim()
        .to_owned();
    for (name, variable) in server["variables"].as_object().into_iter().flatten() {
        if let Some(default) = variable["default"].as_str() {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    if url.contains('{') {
        return Err(format!("the server `{url}` has a variable without a value"));
    }
    if let Some(rest) = url.strip_prefix("//") {
        url = format!("https://{rest}");
    }
    if !url.contains("://") {
        if names_a_host(&url) {
            return Err(format!(
                "the server `{url}` has no scheme, so it is a path and not a host: it should be `https://{url}`"
            ));
        }
        return Ok(Base {
            origin: home.to_owned(),
            path: trimmed(&url),
        });
    }
    let origin =
        origin(&url).ok_or_else(|| format!("the server `{url}` is not an http address"))?;
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    Ok(Base {
        origin,
        path: trimmed(path),
    })
}

/// Whether a relative address starts with what looks like a host: `www.cpalead.com/api`.
fn names_a_host(url: &str) -> bool {
    let first = url.split(['/', '?', '#', ':']).next().unwrap_or_default();
    first == "localhost"
        || first.split_once('.').is_some_and(|(name, rest)| {
            !name.is_empty()
                && !rest.is_empty()
                && !rest.ends_with("json")
                && !rest.ends_with("php")
        })
}

fn trimmed(path: &str) -> String {
    let path = path
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .split('/')
        .filter(|step| !["", ".", ".."].contains(step));
    path.fold(String::new(), |path, step| format!("{path}/{step}"))
}

/// Scheme, host and port of a URL, in their normal form.
pub(crate) fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    let default = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let authority = authority
        .strip_suffix(default)
        .unwrap_or(&authority)
        .trim_end_matches('.');
    let sound = !authority.is_empty() && !authority.contains(['@', ' ', '\\']);
    sound.then(|| format!("{scheme}://{authority}"))
}

/// Whether an origin is this machine. Only there a request may be sent without TLS.
pub(crate) fn is_loopback(origin: &str) -> bool {
    let host = origin
        .split_once("://")
        .map_or(origin, |(_, authority)| authority);
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{bases, is_loopback, origin};

    const HOME: &str = "https://www.cpalead.com";

    #[track_caller]
    fn check(servers: &Value, origin: &str, path: &str) {
        let (found, _) = bases(Some(servers), HOME).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(
            (found[0].origin.as_str(), found[0].path.as_str()),
            (origin, path)
        );
    }

    #[test]
    fn an_address_is_split_into_origin_and_path() {
        check(
            &json!([{"url": "https://www.cpalead.com/api/"}]),
            HOME,
            "/api",
        );
        check(&json!([{"url": "HTTPS://WWW.cpalead.com:443"}]), HOME, "");
        check(&json!([{"url": "/api"}]), HOME, "/api");
        check(&json!([{"url": "/"}]), HOME, "");
        check(&json!([{"url": "//www.cpalead.com/v1"}]), HOME, "/v1");
        check(&json!([]), HOME, "");
        check(&json!(null), HOME, "");
        check(&json!([{"url": "./"}]), HOME, "/api");
        check(&json!([{"url": "../v1"}]), HOME, "/api/v1");
        check(
            &json!([{"url": "https://api.other.example:8443/x"}]),
            "https://api.other.example:8443",
            "/x",
        );
        check(
            &json!([{"url": "https://{host}/{base}", "variables": {"host": {"default": "www.cpalead.com"}, "base": {"default": "api"}}}]),
            HOME,
            "/api",
        );
    }

    #[test]
    fn the_server_at_home_is_preferred_at_any_position() {
        check(
            &json!([{"url": "https://staging.cpalead.com"}, {"url": "https://www.cpalead.com/api"}]),
            HOME,
            "/api",
        );
    }

    #[test]
    fn an_address_with_a_user_or_without_a_host_is_refused() {
        assert_eq!(origin("https://user@www.cpalead.com/"), None);
        assert_eq!(origin("https:///x"), None);
        assert_eq!(origin("ftp://www.cpalead.com"), None);
        for servers in [
            json!([{"url": "https://{x}/"}]),
            json!([{"url": "https://{x}/", "variables": {"x": {}}}]),
            json!({"url": "https://www.cpalead.com"}),
            json!("https://other.example"),
            json!(["https://other.example"]),
        ] {
            assert!(bases(Some(&servers), HOME).is_err(), "{servers}");
        }
    }

    #[test]
    fn a_server_that_cannot_be_read_is_left_out_beside_one_that_can() {
        let servers = json!([{"url": "https://{x}"}, {"url": HOME}, {"url": "www.cpalead.com/v2"}]);
        let (found, faults) = bases(Some(&servers), HOME).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(found.len(), 1);
        assert_eq!(
            faults,
            [
                "the server `https://{x}` has a variable without a value",
                "the server `www.cpalead.com/v2` has no scheme, so it is a path and not a host: it should be `https://www.cpalead.com/v2`",
            ]
        );
    }

    #[test]
    fn this_machine_is_distinguished_from_others() {
        for here in [
            "http://127.0.0.1:80",
            "http://localhost:1",
            "http://[::1]:8080",
        ] {
            assert!(is_loopback(here), "{here}");
        }
        for there in [
            "http://127.0.0.1.example",
            "http://localhost.example",
            "https://www.cpalead.com",
        ] {
            assert!(!is_loopback(there), "{there}");
        }
    }
}
