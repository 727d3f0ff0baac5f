/*
 * outcome.h - the ending of a transfer becomes a response: what came, or why
 * nothing did, with no secrets in what is told.
 *
 * Thread: the loop's only.
 */
#ifndef GN_FETCH_OUTCOME_H
#define GN_FETCH_OUTCOME_H

#include "fetch/transfer.h"

/* Fills in the response, of a transfer that libcurl ended with result or that
 * we ended for cause. */
void gn_outcome(struct gn_transfer *t, CURLcode result, enum gn_cause cause);

#endif
