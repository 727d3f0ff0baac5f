/*
 * spool.h - a body that is too large for memory: written to a file that has no
 * name and is gone with its process, and read as bytes from there.
 *
 * The bytes come from a mapping of the file, whose pages the kernel may take
 * back at any time. Nobody else can get at the file to make it shorter, and all
 * of it is written before it is mapped, so that a full disk is an error of the
 * write and never a signal of the read.
 *
 * Thread: one at a time; any, once it is ended. Errors: NOMEM; IO, whose
 * message names the folder and says what to do.
 */
#ifndef GN_FETCH_SPOOL_H
#define GN_FETCH_SPOOL_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "garner/error.h"

struct gn_spool;

/* Makes an empty one in folder (borrowed until it is ended). md (borrowed): how
 * it is hashed. */
enum garner_code gn_spool_new(const char *folder, const EVP_MD *md,
                              struct gn_spool **out, struct garner_error *err);

/* Lets go of it, and of its bytes. NULL is fine. */
void gn_spool_free(struct gn_spool *s);

enum garner_code gn_spool_write(struct gn_spool *s, const void *data,
                                size_t size, struct garner_error *err);

/* All of it is written: hashes it, and makes its bytes readable. Once. */
enum garner_code gn_spool_end(struct gn_spool *s, unsigned char sha256[32],
                              struct garner_error *err);

/* The bytes, of one that is ended, and a NUL behind them. */
const char *gn_spool_data(const struct gn_spool *s);
size_t gn_spool_size(const struct gn_spool *s);

/* Tests: a name is needed for a moment, as on a file system without O_TMPFILE.
 */
extern bool gn_spool_needs_name;

#endif
