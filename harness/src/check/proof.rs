//! DPoP proofs at a protected resource (RFC 9449 4.3 and 7.1).

use super::checks;

checks! {
    RIGHT = Must "proof.right", "A valid proof is accepted", ["RFC 9449 7.1"];
    EXTRA = Must "proof.extra", "Unknown members are ignored", ["RFC 9449 4.2"];
    ADDRESS_WITH_QUERY = Must "proof.htu-query", "A query and fragment in htu are ignored", ["RFC 9449 4.3 step 9"];
    ADDRESS_CASE = Should "proof.htu-case", "Scheme and host of htu may be in capitals", ["RFC 3986 6.2.2.1"];
    ADDRESS_PORT = Should "proof.htu-port", "The default port may be in htu or left out", ["RFC 3986 6.2.3"];
    TWO = Must "proof.two", "Two proofs are rejected", ["RFC 9449 4.3 step 1"];
    MALFORMED = Must "proof.malformed", "A proof without its signature part is rejected", ["RFC 9449 4.3 step 2"];
    TYPE = Must "proof.typ", "A proof without typ is rejected", ["RFC 9449 4.3 step 4"];
    OTHER_TYPE = Must "proof.other-typ", "A token of another type is rejected", ["RFC 9449 4.3 step 4"];
    ALGORITHM = Must "proof.alg", "A proof without alg is rejected", ["RFC 9449 4.3 step 5"];
    UNSIGNED = Must "proof.none", "A proof with the algorithm none is rejected", ["RFC 9449 4.3 step 5"];
    KEY = Must "proof.jwk", "A proof without jwk is rejected", ["RFC 9449 4.3 step 6"];
    SIGNATURE = Must "proof.signature", "A proof with a wrong signature is rejected", ["RFC 9449 4.3 step 6"];
    PRIVATE_KEY = Must "proof.private-key", "A proof with a private key is rejected", ["RFC 9449 4.3 step 7"];
    METHOD = Must "proof.htm", "A proof without htm is rejected", ["RFC 9449 4.3 step 3"];
    OTHER_METHOD = Must "proof.other-htm", "A proof for another method is rejected", ["RFC 9449 4.3 step 8"];
    ADDRESS = Must "proof.htu", "A proof without htu is rejected", ["RFC 9449 4.3 step 3"];
    OTHER_ADDRESS = Must "proof.other-htu", "A proof for another address is rejected", ["RFC 9449 4.3 step 9"];
    ISSUED = Must "proof.iat", "A proof without iat is rejected", ["RFC 9449 4.3 step 3"];
    AHEAD = Must "proof.iat-ahead", "A proof from an hour in the future is rejected", ["RFC 9449 4.3 step 11"];
    OLD = Must "proof.iat-old", "A proof from an hour ago is rejected", ["RFC 9449 4.3 step 11"];
    TOKEN_HASH = Must "proof.ath", "A proof without ath is rejected", ["RFC 9449 4.3 step 12"];
    OTHER_TOKEN_HASH = Must "proof.other-ath", "A proof for another token is rejected", ["RFC 9449 4.3 step 12"];
    OTHER_KEY = Must "proof.other-key", "A proof of another key is rejected", ["RFC 9449 4.3 step 12"];
    ID = Must "proof.jti", "A proof without jti is rejected", ["RFC 9449 4.3 step 3"];
    FIRST = Must "proof.first", "A proof is accepted the first time", ["RFC 9449 11.1"];
    AGAIN = Should "proof.again", "A proof whose jti was seen before is rejected", ["RFC 9449 11.1"];
    MISSING = Must "proof.missing", "A bound token without a proof is rejected", ["RFC 9449 7.1"];
    BEARER = Must "proof.bearer", "A bound token used as a Bearer token is rejected", ["RFC 9449 7.2"];
}
