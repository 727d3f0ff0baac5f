/*
 * loadflags.h - the flags of garner insert and garner upsert: how a file is
 * read, and how its table is made. What is made of them is pure.
 *
 * Thread: any.
 */
#ifndef GN_CLI_LOADFLAGS_H
#define GN_CLI_LOADFLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "cli/intake.h"
#include "cli/options.h"
#include "cli/storage.h"
#include "config/config.h"
#include "garner/error.h"

/* The settings of a command that loads. */
struct gn_load_flags {
    struct gn_storage_flags storage;
    struct gn_texts key;
    bool csv;
    bool tsv;
    bool nl;
    bool json;
    bool lines;
    bool text;
    const char *encoding; /* NULL: UTF-8 */
    bool flatten;
    const char *delimiter; /* NULL, as quotechar: not said */
    const char *quotechar;
    bool sniff;
    bool no_headers;
    bool detect_types;
    bool truncate;
    struct gn_texts types;
    struct gn_texts not_null;
    struct gn_texts defaults;
    bool strict;
    int64_t stop_after; /* rows; 0: none */
    bool empty_null;
    bool alter;
    bool ignore;  /* insert's */
    bool replace; /* insert's */
    bool quiet;
    int64_t batch_size; /* 0: not said */
};

#define GN_LOAD_OPTION(...) GN_OPTION(struct gn_load_flags, __VA_ARGS__)
/* The entries of an option table, behind that for --pk. */
#define GN_LOAD_OPTIONS                                                        \
    GN_LOAD_OPTION("csv", 0, FLAG, NULL, csv,                                  \
                   "the file is CSV, its first line names the columns"),       \
        GN_LOAD_OPTION("tsv", 0, FLAG, NULL, tsv,                              \
                       "the same with tabs in place of commas"),               \
        GN_LOAD_OPTION("nl", 0, FLAG, NULL, nl,                                \
                       "the file is JSON objects, one after the other"),       \
        GN_LOAD_OPTION("json", 0, FLAG, NULL, json,                            \
                       "the file is a JSON array of objects, or one object"),  \
        GN_LOAD_OPTION("lines", 0, FLAG, NULL, lines,                          \
                       "each line of the file is a row, of one column: line"), \
        GN_LOAD_OPTION("text", 0, FLAG, NULL, text,                            \
                       "all of the file is one row, of one column: text"),     \
        GN_LOAD_OPTION("encoding", 0, TEXT, "NAME", encoding,                  \
                       "what the file is in, if not in UTF-8: latin1, "        \
                       "shift_jis, utf-16 ..., as web pages name it"),         \
        GN_LOAD_OPTION("flatten", 0, FLAG, NULL, flatten,                      \
                       "objects in JSON objects become columns: a_b"),         \
        GN_LOAD_OPTION("delimiter", 0, TEXT, "CHARACTER", delimiter,           \
                       "what parts the fields of CSV"),                        \
        GN_LOAD_OPTION("quotechar", 0, TEXT, "CHARACTER", quotechar,           \
                       "what stands around its quoted fields"),                \
        GN_LOAD_OPTION("sniff", 0, FLAG, NULL, sniff,                          \
                       "find out what parts them: comma, tab, semicolon or "   \
                       "bar"),                                                 \
        GN_LOAD_OPTION("no-headers", 0, FLAG, NULL, no_headers,                \
                       "the first line of CSV is a row; the columns are "      \
                       "untitled_1 ..."),                                      \
        GN_LOAD_OPTION("type", 0, LIST, "COLUMN=TYPE", types,                  \
                       "the type of a column that is made; may be repeated"),  \
        GN_LOAD_OPTION("not-null", 0, LIST, "COLUMN", not_null,                \
                       "a column that is made is NOT NULL; may be repeated"),  \
        GN_LOAD_OPTION(                                                        \
            "default", 0, LIST, "COLUMN=VALUE", defaults,                      \
            "what a column that is made has where a row says "                 \
            "nothing; may be repeated. In a table that is made, the "          \
            "column is, even if no row has it"),                               \
        GN_LOAD_OPTION(                                                        \
            "strict", 0, FLAG, NULL, strict,                                   \
            "a table that is made is STRICT: it refuses what is not "          \
            "of a column's type"),                                             \
        GN_LOAD_OPTION("truncate", 0, FLAG, NULL, truncate,                    \
                       "delete the table's rows, in the transaction that "     \
                       "writes the first: none, if those are refused, or "     \
                       "none come"),                                           \
        GN_LOAD_OPTION("stop-after", 0, NUMBER, "N", stop_after,               \
                       "read no more than so many rows"),                      \
        GN_LOAD_OPTION("detect-types", 'd', FLAG, NULL, detect_types,          \
                       "what is written as a number in CSV is one; else all "  \
                       "is text"),                                             \
        GN_LOAD_OPTION("empty-null", 0, FLAG, NULL, empty_null,                \
                       "empty values of CSV are NULL"),                        \
        GN_LOAD_OPTION("alter", 0, FLAG, NULL, alter,                          \
                       "add the columns that the table lacks"),                \
        GN_LOAD_OPTION("batch-size", 0, NUMBER, "N", batch_size,               \
                       "write so many rows at a time; 1000"),                  \
        GN_LOAD_OPTION("quiet", 'q', FLAG, NULL, quiet,                        \
                       "say only what goes wrong"),                            \
        GN_STORAGE_OPTIONS(struct gn_load_flags)

/* How the file is read, in *options, without stop. Errors: INVALID (flags that
 * do not go together, a value that cannot be). */
enum garner_code gn_loadflags_intake(const struct gn_load_flags *flags,
                                     struct gn_intake_options *options,
                                     struct garner_error *err);

/* How the table is made, in those fields of *spec, in memory; borrows flags.
 * Errors: INVALID (the same), NOMEM. */
enum garner_code gn_loadflags_spec(const struct gn_load_flags *flags,
                                   struct gn_arena *memory,
                                   struct gn_rows_spec *spec,
                                   struct garner_error *err);

#endif
