# An image that contains only the static binary.
FROM rust:1.95-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /tinyaudit
COPY . .
RUN cargo build --profile dist --locked

FROM scratch
COPY --from=build /tinyaudit/target/dist/tinyaudit /tinyaudit
WORKDIR /submission
ENTRYPOINT ["/tinyaudit"]
