//! Octets as an address.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The address that holds `octets` itself (RFC 2397): for pages that may ask for nothing else.
#[must_use]
pub fn data_address(kind: &str, octets: &[u8]) -> String {
    let mut address = format!("data:{kind};base64,");
    STANDARD.encode_string(octets, &mut address);
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_its_octets() {
        assert_eq!(
            data_address("image/png", b"abcd"),
            "data:image/png;base64,YWJjZA=="
        );
    }
}
