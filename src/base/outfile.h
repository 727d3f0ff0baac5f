/*
 * outfile.h - a file that a person named for what a command writes: it appears
 * whole, or what was there stays, as newfile.h has it; beyond that all is as
 * when it was written into: its permissions stay, and a symbolic link does.
 *
 * Thread: one at a time.
 */
#ifndef GN_BASE_OUTFILE_H
#define GN_BASE_OUTFILE_H

#include "base/newfile.h"

/* Begins one: a new one's permissions are as the umask has them. Go on with
 * gn_newfile_keep and gn_newfile_end. Errors: as gn_newfile_begin; INVALID (a
 * link that leads to nothing). */
enum garner_code gn_outfile_begin(struct gn_newfile *f, const char *path,
                                  struct garner_error *err);

#endif
