//! A bare actix handler that sends the bytes of a file with given headers: what `bench/run` compares reading with.

#![allow(clippy::print_stdout, reason = "it says that it listens")]

use std::net::TcpListener;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{App, HttpResponse, HttpServer, web};
use clap::Parser;

/// Answers every GET with the same 200, with as many workers as the service would have.
#[derive(Parser)]
struct Arguments {
    /// The port, on 127.0.0.1.
    #[arg(long)]
    port: u16,
    /// The body.
    #[arg(long)]
    body: std::path::PathBuf,
    /// The headers, one a line: `name: value`.
    #[arg(long)]
    headers: std::path::PathBuf,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let body = web::Bytes::from(std::fs::read(&arguments.body)?);
    let mut headers = Vec::<(HeaderName, HeaderValue)>::new();
    for line in std::fs::read_to_string(&arguments.headers)?.lines() {
        let (name, value) = line.split_once(": ").ok_or("a line is no header")?;
        headers.push((name.parse()?, value.parse()?));
    }
    let listener = TcpListener::bind(("127.0.0.1", arguments.port))?;
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let (body, headers) = (body.clone(), headers.clone());
            let send = move || {
                let (body, headers) = (body.clone(), headers.clone());
                async move {
                    let mut response = HttpResponse::Ok();
                    for header in headers {
                        response.insert_header(header);
                    }
                    response.body(body)
                }
            };
            App::new().default_service(web::get().to(send))
        });
        println!("listening");
        server.workers(workers).listen(listener)?.run().await
    })?;
    Ok(())
}
