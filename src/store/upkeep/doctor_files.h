/*
 * doctor_files.h - what the doctor sees of a database without opening it: where
 * it lies, its log, who has its locks.
 *
 * Thread: any. Of the database's own files nothing is opened (closing it would
 * drop SQLite's locks).
 */
#ifndef GN_STORE_UPKEEP_DOCTOR_FILES_H
#define GN_STORE_UPKEEP_DOCTOR_FILES_H

#include "store/upkeep/finding.h"

/* Tells of the database at path: file_system, free_space, size, log, readers,
 * writer, turn. */
void gn_doctor_files(const char *path, const struct garner_options *options,
                     const struct gn_teller *t);

#endif
