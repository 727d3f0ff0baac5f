/* bodies.h - what the programs that measure extraction begin and end with. */
#ifndef GN_BENCH_BODIES_H
#define GN_BENCH_BODIES_H

#include "base/buf.h"

/* Appends a file's bytes. Ends the program with a message if they cannot be
 * read. */
void bodies_read(const char *name, struct gn_buf *out);

/* Milliseconds for which this process had processors: others who want them as
 * well do not count. */
double bodies_processor_ms(void);

#endif
