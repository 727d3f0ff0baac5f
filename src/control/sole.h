/*
 * sole.h - one collector a store: a kernel lock on a file beside the database.
 *
 * The lock is the open file description's: the kernel gives it back when the
 * process dies, however it does. The file holds, as text, who has it; it stays
 * when nobody does, and may be removed then.
 */
#ifndef GN_CONTROL_SOLE_H
#define GN_CONTROL_SOLE_H

#include "garner/error.h"

/* Takes the lock of the store at database (an absolute path, whose permissions
 * the file gets) by the file path; *file is what gn_sole_leave is given.
 * Errors: BUSY (another process has it: its id is in the message), IO. */
enum garner_code gn_sole_take(const char *database, const char *path, int *file,
                              struct garner_error *err);

/* Below 0 is fine. */
void gn_sole_leave(int file);

#endif
