/*
 * newfile.h - a file that appears under its name whole and synced, or not at
 * all: it is written under another name beside it, and renamed.
 *
 * Thread: one at a time.
 */
#ifndef GN_BASE_NEWFILE_H
#define GN_BASE_NEWFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "garner/error.h"

/* In place of permissions: those that open(2) gives, as the umask has it. */
#define GN_NEWFILE_UMASK ((mode_t)-1)

struct gn_newfile {
    char *path;
    char *folder;
    char *temporary; /* NULL: there is none (any more) */
    int fd;          /* of it, for reading and writing */
    bool replace;
};

/* Makes the empty temporary file for path, with these permissions. replace: a
 * file of that name may be there. On any error there is nothing to end. Errors:
 * INVALID (it is there; a folder), NOTFOUND (the folder), IO, NOMEM. */
enum garner_code gn_newfile_begin(struct gn_newfile *f, const char *path,
                                  mode_t mode, bool replace,
                                  struct garner_error *err);

/* Syncs the file and gives it its name; gn_newfile_end is still to be called.
 * Errors: INVALID (such a file came meanwhile), IO (it is not there, unless the
 * message says so). */
enum garner_code gn_newfile_keep(struct gn_newfile *f,
                                 struct garner_error *err);

/* Removes the temporary file, if it is there still, and frees what f holds. */
void gn_newfile_end(struct gn_newfile *f);

#endif
