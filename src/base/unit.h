/* unit.h - durations and sizes as people write them. Pure. */
#ifndef GN_BASE_UNIT_H
#define GN_BASE_UNIT_H

#include <stdint.h>

#include "garner/error.h"

/* "900ms", "5s", "1.5h", "30d" (ms s m h d w; a bare "0" too) as milliseconds
 * in *ms. Errors: INVALID, the message shows text and an example. */
enum garner_code gn_unit_duration(const char *text, int64_t *ms,
                                  struct garner_error *err);

/* "4GiB", "10MB", "512" (B kB MB GB TB KiB MiB GiB TiB) as bytes in *bytes.
 * Errors: INVALID. */
enum garner_code gn_unit_size(const char *text, int64_t *bytes,
                              struct garner_error *err);

/* ms as the shortest exact text: 1500 -> "1.5s", 60000 -> "1m". */
void gn_unit_format_duration(int64_t ms, char text[32]);

/* bytes for people: 1536 -> "1.5 KiB". */
void gn_unit_format_size(int64_t bytes, char text[32]);

#endif
