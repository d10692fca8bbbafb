// biome-ignore-all lint/style/noDefaultExport: each is CommonJS, and what it exports is its default
// The parts of prom-client that are used. Its index would load all of it, with its push gateway and the metrics of Node itself, and
// with them TLS, zlib and the OpenTelemetry API: far more memory than everything else that an idle sidecar has of its own.
declare module 'prom-client/lib/counter.js' {
  export { Counter as default } from 'prom-client';
}
declare module 'prom-client/lib/gauge.js' {
  export { Gauge as default } from 'prom-client';
}
declare module 'prom-client/lib/histogram.js' {
  export { Histogram as default } from 'prom-client';
}
declare module 'prom-client/lib/registry.js' {
  export { Registry as default } from 'prom-client';
}
