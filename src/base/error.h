/* error.h - filling in struct garner_error. */
#ifndef GN_BASE_ERROR_H
#define GN_BASE_ERROR_H

#include "garner/error.h"

/* Fills *err, unless NULL, and returns code: return gn_fail(err, ...); */
enum garner_code gn_fail(struct garner_error *err, enum garner_code code,
                         const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The analyzer sees one file at a time: tell it what comes back. */
#ifdef __clang_analyzer__
#define gn_fail(err, code, ...) ((void)(gn_fail)(err, code, __VA_ARGS__), code)
#endif

/* An assertion that stays in release builds: a broken invariant must stop us
 * before it reaches the disk. */
#define GN_CHECK(x) ((x) ? (void)0 : gn_check_failed(#x, __FILE__, __LINE__))
_Noreturn void gn_check_failed(const char *what, const char *file, int line);

#endif
