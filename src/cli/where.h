/* where.h - which store a command is about, for commands on a collector: that
 * of --db, or the one that the file --config names; or DB, the first operand,
 * which may be left out then. */
#ifndef GN_CLI_WHERE_H
#define GN_CLI_WHERE_H

#include "base/buf.h"
#include "cli/options.h"
#include "config/config.h"

/* A part of a command's settings. */
struct gn_where_flags {
    const char *config;
    const char *store;
};

/* The entries of an option table for the struct gn_where_flags that is the
 * field `where` of settings. */
#define GN_WHERE_OPTIONS(S)                                                    \
    {"config",                                                                 \
     'c',                                                                      \
     GN_OPTION_FILE,                                                           \
     "FILE",                                                                   \
     offsetof(S, where.config),                                                \
     "the file of sources, see garner.yaml(5); it names the store",            \
     "GARNER_CONFIG"},                                                         \
    {                                                                          \
        "db", 0, GN_OPTION_FILE, "DB", offsetof(S, where.store),               \
            "the store, when it is not the file's", "GARNER_STORE"             \
    }

/* What the help of a command says of that, as a paragraph of its own. */
#define GN_WHERE_TEXT                                                          \
    "\n\nDB may be left out where --db or --config names the store, or "       \
    "GARNER_STORE or GARNER_CONFIG does so in the environment"

/* A command line that may begin with DB. */
struct gn_where_line {
    struct gn_where_flags flags; /* its store is DB, if that is there */
    const char *const *items;    /* the operands behind it; borrowed */
    size_t count;
};

/* Of a command with least to most operands behind DB. Where flags name the
 * store and there are no more than most, all belong to these; else the first
 * is DB, as long as least are left. */
struct gn_where_line gn_where_line(const struct gn_call *call,
                                   const struct gn_where_flags *flags,
                                   size_t least, size_t most);

/* The same of a command whose operands behind DB are any number of sources: a
 * first one that is there as a file, or as a folder with a slash in its name,
 * is DB in any case. */
struct gn_where_line gn_where_sources(const struct gn_call *call,
                                      const struct gn_where_flags *flags);

struct gn_where {
    const char *store;       /* a path or URL */
    char *control;           /* the socket of its collector; NULL: none */
    struct gn_config config; /* of the file, its store alone */
};

/* Finds it; gn_where_fini frees. Complains about what goes wrong. */
enum gn_exit gn_where_find(const struct gn_where_flags *flags,
                           struct gn_where *where);
void gn_where_fini(struct gn_where *where);

/* Asks the collector of that store; appends its answer to out. Errors: as
 * gn_inquire: CLOSED when none runs. */
enum garner_code gn_where_ask(const struct gn_where *where,
                              const char *const *words, size_t count,
                              struct gn_buf *out, struct garner_error *err);

#endif
