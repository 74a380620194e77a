//! A minimal HTTP/1.1 client, whose cost is small and the same for both servers.

use std::io::{Read as _, Write as _};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Repeats the request until the server answers 200.
pub(crate) fn first_answer(port: u16, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n");
    loop {
        let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { continue };
        let mut answer = Vec::new();
        if stream.write_all(request.as_bytes()).is_ok() && stream.read_to_end(&mut answer).is_ok() {
            assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
            return;
        }
    }
}

/// A persistent connection.
pub(crate) struct Connection {
    stream: TcpStream,
    port: u16,
    buffer: Vec<u8>,
}

/// A response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Connection {
    pub(crate) async fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, port, buffer: Vec::with_capacity(16 * 1024) }
    }

    pub(crate) async fn get(&mut self, path: &str, headers: &str) -> Answer {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost:{}\r\n{headers}\r\n", self.port);
        self.send(&request).await
    }

    pub(crate) async fn post(&mut self, path: &str, headers: &str, form: &str) -> Answer {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost:{}\r\n{headers}content-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{form}",
            self.port,
            form.len()
        );
        self.send(&request).await
    }

    pub(crate) async fn send(&mut self, request: &str) -> Answer {
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.buffer.clear();
        let (head, body_starts) = loop {
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the server closed the connection");
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break (String::from_utf8_lossy(&self.buffer[..end]).into_owned(), end + 4);
            }
        };
        let answer = Answer { status: head[9..12].parse().unwrap(), head, body: String::new() };
        let length: usize = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.buffer.len() < body_starts + length {
            self.stream.read_buf(&mut self.buffer).await.unwrap();
        }
        Answer { body: String::from_utf8_lossy(&self.buffer[body_starts..body_starts + length]).into_owned(), ..answer }
    }
}
