# syntax=docker/dockerfile:1

# The service alone: the database is another container's or somebody else's business (DATABASE_URL).
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# Downloads and compiled dependencies stay between builds; the program is copied out of the cache.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --bin einlass \
    && install -D -m 0755 target/release/einlass /out/einlass \
    && mkdir /out/data

FROM debian:bookworm-slim
# Whom a mail server's certificate may come from; an authority's own is added here, or named in SSL_CERT_FILE.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/einlass /usr/local/bin/einlass
# A fresh named volume takes its owner from here.
COPY --from=build --chown=10001:10001 /out/data /var/lib/einlass

USER 10001:10001
WORKDIR /var/lib/einlass
ENV EINLASS_LISTEN=0.0.0.0:8080 \
    EINLASS_DATA_DIR=/var/lib/einlass
VOLUME /var/lib/einlass
EXPOSE 8080
STOPSIGNAL SIGTERM
# The program asks itself: nothing else here could.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/usr/local/bin/einlass", "health", "--url", "http://127.0.0.1:8080/health/ready"]
ENTRYPOINT ["/usr/local/bin/einlass"]
CMD ["serve"]
