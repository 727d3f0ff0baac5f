/* sources.h - sources made of URLs and flags, for commands that are given no
 * file. */
#ifndef GN_CLI_SOURCES_H
#define GN_CLI_SOURCES_H

#include "cli/ask.h"
#include "cli/options.h"
#include "config/config.h"
#include "config/crawlbuild.h"

/* A part of the settings of a command that stores what it fetches. */
struct gn_rows_flags {
    const char *sql;
    const char *table;
    struct gn_texts key;
    struct gn_texts params; /* "name=value" */
};

/* The entries of an option table for the struct gn_rows_flags that is the field
 * `rows` of settings. */
#define GN_ROWS_OPTION(S, name, letter, type, value, field, help)              \
    GN_OPTION(S, name, letter, type, value, rows.field, help)
#define GN_ROWS_OPTIONS(S)                                                     \
    GN_ROWS_OPTION(S, "sql", 0, TEXT, "SQL", sql,                              \
                   "make rows of what comes: a SELECT over json_each(:body) "  \
                   "and the like"),                                            \
        GN_ROWS_OPTION(S, "into", 0, TEXT, "TABLE", table,                     \
                       "the table that the rows of --sql go to; made or "      \
                       "widened as they need it"),                             \
        GN_ROWS_OPTION(S, "key", 0, LIST, "COLUMN", key,                       \
                       "a row with the same value here is updated, not "       \
                       "added; may be repeated"),                              \
        GN_ROWS_OPTION(S, "param", 'p', LIST, "NAME=VALUE", params,            \
                       "the value of :NAME in the SQL and {NAME} in the URL; " \
                       "may be repeated")

/* The entry for the const char * that is the field `ack` of settings. */
#define GN_ACK_OPTION(S)                                                       \
    {                                                                          \
        "ack", 0, GN_OPTION_CHOICE, "synced|committed|queued",                 \
            offsetof(S, ack),                                                  \
            "when a fetch counts as stored: on the disk (synced, unless said " \
            "otherwise), in the database, or in memory",                       \
            NULL                                                               \
    }

/* What that says; NULL: nothing. */
enum garner_ack gn_sources_ack(const char *word);

/* What the sources have in common. */
struct gn_sources {
    const struct gn_ask_flags *ask;
    const struct gn_rows_flags *rows;
    struct gn_spec schedule;
    enum garner_ack ack;
    bool unconditional; /* the whole answer each time, changed or not */
    int retries;
    const struct gn_build_crawl *crawl; /* NULL: none */
};

/* Makes *vars of "name=value" texts, one of each, whose values stay where they
 * are. Free with gn_sources_free_vars, after an error, too. Errors: INVALID,
 * NOMEM. */
enum garner_code gn_sources_vars(const struct gn_texts *texts,
                                 struct gn_var **vars,
                                 struct garner_error *err);
void gn_sources_free_vars(struct gn_var *vars, size_t count);

/* Makes *config of the URLs (gn_config_fini frees it). Errors: INVALID, NOMEM.
 */
enum garner_code gn_sources_build(const struct gn_sources *sources,
                                  const char *const *urls, size_t count,
                                  struct gn_config *config,
                                  struct garner_error *err);

#endif
