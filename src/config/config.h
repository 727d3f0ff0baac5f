/*
 * config.h - what to do, as the file or the command line says it: plain data
 * in one piece of memory.
 */
#ifndef GN_CONFIG_CONFIG_H
#define GN_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawl/bounds.h"
#include "extract/quota.h"
#include "fetch/backoff.h"
#include "fetch/request.h"
#include "garner/error.h"
#include "garner/store.h"
#include "hook/alert.h"
#include "hook/event.h"
#include "schedule/spec.h"

/* HTTP statuses, the last one too. */
struct gn_statuses {
    int first;
    int last;
};

/* What an answer must be like to be taken. */
struct gn_expect {
    const char *match;     /* a regular expression that its body matches ... */
    const char *not_match; /* ... and one that it does not; NULL: any body */
    const struct gn_statuses *statuses; /* one of these; status_count of them */
    size_t status_count;                /* 0: those below 400 */
    const char *const *types; /* one of these media ranges, in lower case */
    size_t type_count;        /* 0: any type, and none */
    int64_t min_size;         /* bytes of its body */
    int64_t max_size;         /* 0: any size */
};

/* What the rows of an answer must be like to be taken. */
struct gn_rows_expect {
    int min_rows;
    int max_rows; /* -1: any number */
    int max_drop; /* percent, against the last ones taken; -1: any */
    const char *const *not_null; /* columns */
    size_t not_null_count;
    const char *const *unique; /* columns that tell the rows apart, together */
    size_t unique_count;
};

/* What becomes of a row whose key a table has already. */
enum gn_conflict {
    GN_CONFLICT_UPDATE,  /* its columns get the values of that row */
    GN_CONFLICT_ERROR,   /* none of the rows is written */
    GN_CONFLICT_IGNORE,  /* whatever rule of the table's a row breaks, it is
                            left out; so SQLite has it ... */
    GN_CONFLICT_REPLACE, /* ... or those go that stand against it, with columns
                            the new row lacks */
    GN_CONFLICT_KEEP,    /* it stays, and that row is left out */
    GN_CONFLICT_WHOLE,   /* all that is stored goes, of whatever key */
    GN_CONFLICT_HISTORY, /* it stays, as past */
};

/* What becomes of columns that the table lacks. */
enum gn_new_columns {
    GN_COLUMNS_EVOLVE, /* it gets them */
    GN_COLUMNS_FREEZE, /* none of the rows is written */
    GN_COLUMNS_IGNORE, /* they are left out */
};

/* What becomes of rows that the table refuses. */
enum gn_bad_rows {
    GN_BAD_ROWS_FAIL,       /* none of the rows is written */
    GN_BAD_ROWS_SKIP,       /* they are left out ... */
    GN_BAD_ROWS_QUARANTINE, /* ... and kept apart */
};

/* A parameter that the SQL of sources with pages has besides. */
#define GN_PAGE "page"

/* The columns that garner adds for GN_CONFLICT_HISTORY. */
#define GN_VALID_FROM "valid_from"
#define GN_VALID_TO   "valid_to"

struct gn_column {
    const char *name;
    const char *type; /* as in create table */
};

/* What a column holds when nothing is said. */
struct gn_default {
    const char *name;
    const char *sql;  /* behind DEFAULT */
    const char *type; /* of the column, if neither rows nor columns have it */
};

/* What else is said of a table that is made; of one that is there, of columns
 * that it gets. All zero: nothing. */
struct gn_making {
    bool strict;
    const char *const *not_null; /* columns; not_null_count of them */
    size_t not_null_count;
    const struct gn_default *defaults; /* default_count of them */
    size_t default_count;
};

/* Rows that a source's body becomes. */
struct gn_rows_spec {
    const char *table;
    const char *const *key; /* columns; key_count of them, 0: plain insert */
    size_t key_count;
    enum gn_conflict conflict;
    enum gn_new_columns new_columns;
    enum gn_bad_rows bad_rows;
    const struct gn_column *columns; /* column_count of them: the types of
                                        those that garner makes */
    size_t column_count;
    struct gn_making making;           /* the file has no words for it */
    const struct gn_rows_spec *parent; /* of the same source, before it: the
                                          rows that belong to that one's are
                                          replaced together; NULL: none */
    const char *sql;
    const struct gn_rows_expect *expect; /* NULL: nothing */
    int line; /* in the file, of the SQL's first line; 0: from a flag */
};

struct gn_var {
    const char *name;
    const char *value;
};

/* How somebody is told: by a command or by a request, one of both. */
struct gn_reach {
    const char *const *argv;    /* NULL at the end; NULL: none */
    const char *const *env;     /* "NAME=value", the same; besides what it is
                                   told of the event */
    struct gn_request webhook;  /* its URL (NULL: none) and secrets */
    int64_t timeout_ms;         /* of the command, or the request */
    const char *const *secrets; /* in argv and env: not to be told of what the
                                   command says; NULL at the end; or NULL */
};

/* Who hears of several sources. */
struct gn_notifier {
    const char *name; /* unique */
    struct gn_reach reach;
    int64_t digest_ms; /* told at most so often, of all at once; 0: of each */
    const struct gn_window *quiet; /* hours in which it is not; NULL: none */
    const struct gn_zone *zone;    /* of those; NULL: UTC */
};

/* Who hears of a source that fails, and when. */
struct gn_alert_spec {
    struct gn_alert_policy policy;
    const struct gn_notifier *const *to; /* to_count of them */
    size_t to_count;
};

/* How much of what was stored of a source stays; 0: all. */
struct gn_keep {
    int bodies;      /* the last ones */
    int64_t runs_ms; /* of this age */
};

/* The file that a source's answers go to. */
struct gn_save {
    const char *path;   /* with {words}: see savepath.h; NULL: none */
    const char *folder; /* a relative path begins there; "": the current one */
};

/* Pages that lead to others. */
struct gn_crawl {
    const char *const *starts; /* URLs, in the form of base/urlnorm.h, each
                                  once; start_count of them, at least one */
    size_t start_count;
    const char *follow; /* a selector or SQL: see extract/onward.h */
    struct gn_bounds_rules bounds;
    int pages;             /* most fetches of one crawl; 0: any number */
    int64_t bytes;         /* most bytes of their bodies, together; 0: any */
    bool sitemap;          /* begins with those that robots.txt names, too */
    bool ignores_nofollow; /* of links, pages and their headers */
    int line;              /* in the file, of follow's first line; 0: of none */
};

/* Where a source's URLs come from, when it has many; both NULL: it has one. */
struct gn_urls {
    const char *file; /* a URL a line */
    const char *sql;  /* run on the store: its first column */
};

/* How an answer says where the next page is. */
struct gn_sequel {
    const char *sql; /* of the body; NULL: none */
    bool link;       /* its header Link does */
    int most;        /* pages at one due time */
    int line;        /* in the file, of the SQL's first line */
};

/* A part of its schedule as the file has it; NULL: it has none. */
struct gn_written {
    const char *cron;
    const char *window;
    const char *zone;
};

/* Fetches from a host at a time, of a source with many URLs that does not say
 * how many. */
enum { GN_CONFIG_CONCURRENCY = 8 };

struct gn_source {
    const char *name;          /* unique */
    const char *const *tags;   /* NULL at the end; or NULL for none */
    struct gn_request request; /* url with its {vars} filled in; NULL: many */
    struct gn_urls urls;
    struct gn_spec schedule;
    struct gn_written written;
    const struct gn_rows_spec *rows;
    size_t row_spec_count;
    const struct gn_var *vars; /* also parameters of the SQL */
    size_t var_count;
    enum garner_ack ack; /* of its transactions */
    bool unconditional;  /* the whole answer each time, changed or not */
    struct gn_backoff retry;
    const struct gn_expect *expect; /* NULL: nothing */
    int64_t max_age_ms; /* of its last good run; older, it is stale; 0: any */
    int host_failures;  /* in a row, of all that take part, after which the host
                           is left alone; 0: takes no part */
    int host_concurrency;     /* most fetches from it at a time, of those that
                                 say so; 0: no bound */
    int64_t host_interval_ms; /* least between their beginnings; 0: none */
    int64_t host_bytes;       /* a second, of the bodies of those that say so;
                                 0: no bound */
    bool obeys_robots;        /* the host's robots.txt */
    bool allows_private;      /* addresses, of what documents lead to */
    const struct gn_reach *hooks[GN_EVENTS]; /* NULL: none */
    struct gn_alert_spec alert;
    struct gn_keep keep;
    struct gn_save save;
    const struct gn_crawl *crawl; /* its URL is the first start; NULL: fetches
                                     that alone */
    struct gn_sequel next;
    struct gn_quota limits; /* of the SQL of an answer; 0: garner's own */
    bool of_list;           /* one of several that a list under vars makes */
    uint64_t identity;      /* of all that the file says of it; 0: of no file */
    int line;               /* in the file; 0: from the command line */
};

struct gn_config {
    const char *path;  /* of the file; NULL: none */
    const char *store; /* URL; NULL: not said */
    enum garner_checkpoint checkpoint;
    struct gn_source *sources;
    size_t source_count;
    const struct gn_notifier *notifiers;
    size_t notifier_count;
    const struct gn_config *whole; /* that this is a part of; NULL: it is */
    void *memory;                  /* the config's own */
};

/* Frees what a config holds; it is empty again. */
void gn_config_fini(struct gn_config *config);

/* The names of the parameters that the SQL of source may use, garner's own and
 * then its variables, in *count; free the array with gn_free, the names are
 * borrowed. NULL: no memory. */
const char **gn_config_parameters(const struct gn_source *source,
                                  size_t *count);

/* Whether source has pages that follow one another. */
bool gn_config_has_next(const struct gn_source *source);

/* true: name is a parameter that garner itself sets, or may set one day. */
bool gn_config_is_parameter(const char *name);

/* Whether the body of source is read, so that it has to be in memory, even if
 * it is saved to a file. */
bool gn_config_reads_body(const struct gn_source *source);

/* Whether source has many URLs in place of one. */
bool gn_config_has_list(const struct gn_source *source);

/* What stands for the URL of a source: its own, or where its URLs come from. */
const char *gn_config_from(const struct gn_source *source);

/* Whether somebody is to hear of what happens to source. */
bool gn_config_tells(const struct gn_source *source);

/* Whether what an answer lacks is gone from the table then. */
bool gn_config_takes_away(enum gn_conflict conflict);

/* Whether two ways to write one table go together. */
bool gn_config_same_way(const struct gn_rows_spec *a,
                        const struct gn_rows_spec *b);

/* Whether columns, those of the rows' SQL, are such that spec can be done.
 * Errors: INVALID. */
enum garner_code gn_config_check_columns(const struct gn_rows_spec *spec,
                                         char *const *columns, size_t count,
                                         struct garner_error *err);

/* The first column that expect (NULL: nothing) names and columns lack, letters
 * of any case; NULL: they have all. */
const char *gn_config_lacking(const struct gn_rows_expect *expect,
                              char *const *columns, size_t count);

/* Whether word means source: its name, that of the list which it is one of, one
 * of its tags, or a glob(7) of its name. */
bool gn_config_is_meant(const struct gn_source *source, const char *word);

/* Drops all sources but those that count words mean; 0: keeps all.
 * Errors: NOTFOUND (a word that means no source; nothing is dropped). */
enum garner_code gn_config_keep(struct gn_config *config,
                                const char *const *words, size_t count,
                                struct garner_error *err);

#endif
