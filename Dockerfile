# syntax=docker/dockerfile:1
# One image with plog and our k6. BASE may be any image with CA certificates.
ARG BASE=gcr.io/distroless/static-debian12:nonroot
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY cmd/k6/go.mod cmd/k6/go.sum cmd/k6/
RUN go mod download && cd cmd/k6 && go mod download
COPY . .
ARG VERSION=dev
ENV CGO_ENABLED=0
RUN go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/plog ./cmd/plog \
 && cd cmd/k6 && go build -trimpath -ldflags "-s -w" -o /out/k6 . \
 && mkdir -p /out/data

FROM ${BASE}
COPY --from=build /out/plog /out/k6 /usr/local/bin/
COPY --from=build --chown=65532:65532 /out/data /data
COPY LICENSE /licenses/plog/LICENSE
COPY cmd/k6/LICENSE /licenses/k6/LICENSE
USER 65532:65532
ENV PLOG_ADDR=0.0.0.0:8080 PLOG_DATA_DIR=/data K6_BINARY=/usr/local/bin/k6 HOME=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/plog"]
CMD ["serve"]
