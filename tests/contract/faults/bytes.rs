//! Bodies that are computed.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("memory");
    encoder.finish().expect("memory")
}
