/*
 * secret.h - ${env:NAME}, ${file:PATH} and ${cred:NAME} (a file in the folder
 * that $CREDENTIALS_DIRECTORY names) in a text, replaced by what they name.
 * "$${" stands for "${". Messages name the reference, never what it holds.
 */
#ifndef GN_CONFIG_SECRET_H
#define GN_CONFIG_SECRET_H

#include "base/arena.h"
#include "garner/error.h"

/* How what stands in for what is not looked up begins: letters, figures and
 * hyphens, another for each. */
#define GN_SECRET_STAND_IN "stand-in-"

/* What a reference was replaced by. */
struct gn_secret {
    const char *value;
    struct gn_secret *next;
    size_t at; /* where it begins in the text that was made */
};

/* Puts text with its references replaced into *out: text itself if it has none,
 * else a copy in memory. A relative PATH begins at folder; one newline at a
 * file's end is not part of it. folder NULL: nothing is looked up, and
 * something stands in for what a reference names. What they were replaced by is
 * put before *found (in memory, too). Errors: INVALID, NOTFOUND, IO, NOMEM. */
enum garner_code gn_secret_expand(const char *text, const char *folder,
                                  struct gn_arena *memory,
                                  struct gn_secret **found, const char **out,
                                  struct garner_error *err);

/* Puts more, which is in no other list, before *list, which may be the end of
 * several. */
void gn_secret_join(struct gn_secret **list, struct gn_secret *more);

/* path, or, if it is relative, the one that begins at folder, in memory;
 * NULL: no memory. */
const char *gn_secret_path(const char *path, const char *folder,
                           struct gn_arena *memory);

#endif
