/* files.h - whether this process may open more files. */
#ifndef GN_BASE_FILES_H
#define GN_BASE_FILES_H

#include "garner/error.h"

/* Whether count more can be opened now: to be asked before others are called
 * that end the process when they cannot (uv_loop_init). count is at most 64.
 * Errors: IO. Thread: any, as long as no other opens files meanwhile. */
enum garner_code gn_files_check(int count, struct garner_error *err);

#endif
