//! Answers that are sent before the body of the request was read, on connections that are kept.

use mock_idp::MockIdp;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::market::post;

/// More than a server reads at once.
const LENGTH: usize = 60_000;

/// The head of the next answer, and whether the connection stays open behind it. Its body is read.
async fn answer(stream: &mut TcpStream) -> (String, bool) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length =
        head.split("content-length: ").nth(1).map_or(0, |rest| rest.split('\r').next().unwrap().parse().unwrap());
    stream.read_exact(&mut vec![0; length]).await.unwrap();
    let stays = !head.contains("\r\nconnection: close\r\n");
    (head, stays)
}

fn request(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")
}

async fn send(stream: &mut TcpStream, head: &str, body: &[u8]) {
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
}

#[tokio::test]
async fn the_next_request_of_a_connection_is_answered() {
    let mock = MockIdp::builder().start().await.unwrap();
    let form = format!("content-type: application/x-www-form-urlencoded\r\ncontent-length: {LENGTH}\r\n");
    let json = format!("content-type: application/json\r\ncontent-length: {LENGTH}\r\n");
    let cases = [
        ("POST", "/nowhere", &form, "404"),
        ("PUT", "/api/v1/nowhere", &json, "404"),
        ("POST", "/oauth2/nowhere/v1/token", &form, "404"),
        ("PUT", "/oauth2/default/v1/token", &form, "405"),
        ("DELETE", "/oauth2/default/v1/userinfo", &json, "405"),
        ("POST", "/oauth2/v1/clients", &json, "403"),
        ("OPTIONS", "/oauth2/default/v1/token", &json, "204"),
        ("GET", "/.well-known/openid-configuration", &json, "200"),
        ("POST", "/_mock/nowhere", &json, "404"),
    ];
    for (method, path, headers, status) in cases {
        let mut stream = TcpStream::connect(("127.0.0.1", mock.port())).await.unwrap();
        for _ in 0..3 {
            send(&mut stream, &request(method, path, headers), &[b'a'; LENGTH]).await;
            let (head, stays) = answer(&mut stream).await;
            assert!(head.starts_with(&format!("http/1.1 {status} ")), "{method} {path}: {head}");
            assert!(stays, "{method} {path}: {head}");
        }
    }
}

#[tokio::test]
async fn the_next_request_is_answered_after_a_foreign_host_a_fault_and_a_long_body() {
    let mock = MockIdp::builder().start().await.unwrap();
    let path = "/oauth2/default/v1/token";
    let mut stream = TcpStream::connect(("127.0.0.1", mock.port())).await.unwrap();
    let foreign = format!("POST {path} HTTP/1.1\r\nhost: evil.example\r\ncontent-length: {LENGTH}\r\n\r\n");
    send(&mut stream, &foreign, &[b'a'; LENGTH]).await;
    let (head, stays) = answer(&mut stream).await;
    assert!(head.starts_with("http/1.1 421 ") && stays, "{head}");
    for (fault, status) in [("http.status-500", "500"), ("http.status-503", "503"), ("http.status-429", "429")] {
        post(&mock, "/_mock/faults", json!({ "name": fault, "times": 1 })).await;
        send(&mut stream, &request("POST", path, &format!("content-length: {LENGTH}\r\n")), &[b'a'; LENGTH]).await;
        let (head, stays) = answer(&mut stream).await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")) && stays, "{fault}: {head}");
    }
    let too_long = 2 * LENGTH;
    send(&mut stream, &request("POST", path, &format!("content-length: {too_long}\r\n")), &vec![b'a'; too_long]).await;
    let (head, stays) = answer(&mut stream).await;
    assert!(head.starts_with("http/1.1 413 ") && stays, "{head}");
    let chunked = format!("{LENGTH:x}\r\n{}\r\n0\r\n\r\n", "a".repeat(LENGTH));
    send(&mut stream, &request("POST", "/nowhere", "transfer-encoding: chunked\r\n"), chunked.as_bytes()).await;
    let (head, stays) = answer(&mut stream).await;
    assert!(head.starts_with("http/1.1 404 ") && stays, "{head}");
    send(&mut stream, &request("GET", "/oauth2/default/v1/keys", ""), b"").await;
    assert!(answer(&mut stream).await.0.starts_with("http/1.1 200 "));
}

#[tokio::test]
async fn a_connection_closes_and_says_so_when_the_rest_is_too_long_or_is_not_sent() {
    let mock = MockIdp::builder().start().await.unwrap();
    let length = 10_000_000;
    for headers in
        [format!("content-length: {length}\r\n"), format!("expect: 100-continue\r\ncontent-length: {LENGTH}\r\n")]
    {
        for path in ["/nowhere", "/oauth2/nowhere/v1/token", "/_mock/nowhere"] {
            let mut stream = TcpStream::connect(("127.0.0.1", mock.port())).await.unwrap();
            send(&mut stream, &request("POST", path, &headers), b"").await;
            let (head, stays) = answer(&mut stream).await;
            assert!(head.starts_with("http/1.1 4") && !stays, "{path}: {head}");
            assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "{path}");
        }
    }
}
