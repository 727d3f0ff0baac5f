/* sink.h - rows into a table of a new database, as a collector writes them. */
#ifndef GN_BENCH_SINK_H
#define GN_BENCH_SINK_H

#include "extract/rowset.h"

struct sink;

/* db: a file that is not there yet; NULL: rows go nowhere. Ends the program
 * with a message if anything fails, as the others do. */
struct sink *sink_open(const char *db);

/* Writes rows in one transaction, which is not waited for. Any thread. */
void sink_take(struct sink *sink, const struct gn_rowset *rows);

/* All is written when it returns. */
void sink_close(struct sink *sink);

#endif
