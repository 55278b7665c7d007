//! Owns the answers of servers that fail: errors, pages of proxies, and warnings of PHP.

use crate::answer::{Answer, HTML, Refusal};
use crate::fault::active::Active;
use crate::fault::list::Fault;

const MINUTE: u64 = 60;

/// The answer that is sent in place of the right one, if a fault asks for that. The rate limit's
/// clock is `speed` times as fast as real time.
pub(crate) fn instead_of_answer(active: &Active, speed: u32) -> Option<Answer> {
    active.iter().find_map(|fault| of(fault, speed))
}

fn of(fault: Fault, speed: u32) -> Option<Answer> {
    let minute = MINUTE.div_ceil(u64::from(speed.max(1)));
    Some(match fault {
        Fault::TooManyRequests => Refusal::limit(minute).into(),
        Fault::TooManyRequestsWithoutRetryAfter => error(429, "rate limit: 1 request per minute"),
        Fault::ServerError => error(500, "internal server error"),
        Fault::BadGateway => page(502, "502 Bad Gateway", "<hr><center>nginx</center>"),
        Fault::Unavailable => Answer {
            retry_after: Some(minute),
            ..error(503, "the service is down for maintenance")
        },
        Fault::GatewayTimeout => page(504, "504 Gateway Time-out", "<hr><center>nginx</center>"),
        Fault::CloudflareChallenge => page(
            403,
            "Just a moment...",
            "<p>Enable JavaScript and cookies to continue</p><div id=\"cf-chl-widget\"></div>",
        ),
        Fault::CloudflareRateLimit => page(
            429,
            "Access denied | www.cpalead.com used Cloudflare to restrict access",
            "<p>Error 1015: You are being rate limited</p>",
        ),
        Fault::CloudflareDown => page(
            521,
            "www.cpalead.com | 521: Web server is down",
            "<p>Error code 521. Performance and security by Cloudflare</p>",
        ),
        Fault::CloudflareTimeout => page(
            524,
            "www.cpalead.com | 524: A timeout occurred",
            "<p>Error code 524. Performance and security by Cloudflare</p>",
        ),
        Fault::Redirect | Fault::RedirectElsewhere => page(302, "302 Found", "<hr>"),
        Fault::HtmlWith200 => page(200, "Sign in", "<p>Please sign in to continue.</p>"),
        _ => return None,
    })
}

fn error(status: u16, message: &str) -> Answer {
    Answer::from(Refusal {
        status,
        ..Refusal::parameter(message)
    })
}

fn page(status: u16, title: &str, content: &str) -> Answer {
    Answer {
        status,
        content_type: HTML,
        body: format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>{title}</title></head>\n\
             <body>\n<h1>{title}</h1>\n{content}\n</body>\n</html>\n"
        ),
        retry_after: None,
        allow: None,
    }
}

/// Where a redirect leads. The request came to `host` and asked for `path_and_query`.
pub(crate) fn location(active: &Active, host: &str, path_and_query: &str) -> Option<String> {
    if active.has(Fault::Redirect) {
        return Some(path_and_query.to_owned());
    }
    if !active.has(Fault::RedirectElsewhere) {
        return None;
    }
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    Some(format!("http://localhost:{port}{path_and_query}"))
}

/// The text that stands before the body, if PHP warns.
pub(crate) fn warning(active: &Active) -> &'static str {
    if active.has(Fault::PhpWarning) {
        "<br />\n<b>Warning</b>:  Undefined array key \"epc\" in <b>/var/www/html/api.php</b> on line <b>212</b><br />\n"
    } else {
        ""
    }
}
