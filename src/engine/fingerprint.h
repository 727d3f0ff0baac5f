/*
 * fingerprint.h - what a source asks for and what it makes of the answer, as
 * one number: while it stays, what the store has is still an answer to it.
 *
 * Thread: any. Of secrets (request.secrets) only that there are some counts:
 * the number is stored, and nobody shall guess them by it.
 */
#ifndef GN_ENGINE_FINGERPRINT_H
#define GN_ENGINE_FINGERPRINT_H

#include <stdint.h>

#include "config/config.h"
#include "garner/error.h"

/* Errors: NOMEM. */
enum garner_code gn_fingerprint(const struct gn_source *source, int64_t *out,
                                struct garner_error *err);

#endif
