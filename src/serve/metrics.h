/*
 * metrics.h - the engine's numbers as Prometheus reads them (text format 0.0.4,
 * https://prometheus.io/docs/instrumenting/exposition_formats). Pure.
 */
#ifndef GN_SERVE_METRICS_H
#define GN_SERVE_METRICS_H

#include "base/buf.h"
#include "engine/status.h"

/* Appends all metrics to out. Out of memory shows in gn_buf_failed(out). */
void gn_metrics_write(const struct gn_status *status, struct gn_buf *out);

#endif
