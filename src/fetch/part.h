/*
 * part.h - a file that comes in pieces: written beside where it is to be, and
 * put there in one step once it is whole and on the disk.
 *
 * Until then the file has no name, where the file system can do that
 * (O_TMPFILE), so that nothing is left of a process that is killed. Elsewhere
 * it is named ".garner-part.*" and locked while its process lives;
 * gn_part_sweep removes those that nobody locks.
 *
 * Thread: one at a time. Errors: NOMEM; IO, whose message names the file.
 */
#ifndef GN_FETCH_PART_H
#define GN_FETCH_PART_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garner/error.h"

struct gn_part;

/* Begins a file that is to be path, and makes the folders above it that are
 * missing. What is at path already stays as it is; INVALID: that is a folder, a
 * device or the like. md (borrowed):
 * how it is hashed. */
enum garner_code gn_part_open(const char *path, const EVP_MD *md,
                              struct gn_part **out, struct garner_error *err);

/* Gives up what was not put in its place. NULL is fine. */
void gn_part_free(struct gn_part *part);

enum garner_code gn_part_write(struct gn_part *part, const void *data,
                               size_t size, struct garner_error *err);

/* Forgets what was written. */
enum garner_code gn_part_restart(struct gn_part *part,
                                 struct garner_error *err);

/* Bytes so far. */
int64_t gn_part_size(const struct gn_part *part);

/* The hash of what was written; nothing more may be. */
enum garner_code gn_part_hash(struct gn_part *part, unsigned char sha256[32],
                              struct garner_error *err);

/* Puts it in its place, in that of what is there: with that file's permissions,
 * or those of any new file. May take as long as the disk does. Once. */
enum garner_code gn_part_commit(struct gn_part *part, struct garner_error *err);

/* Removes what processes that ended left in the folder of part. */
void gn_part_sweep(const struct gn_part *part);

/* Tests: names are needed, as on a file system without O_TMPFILE. */
extern bool gn_part_needs_name;

#endif
