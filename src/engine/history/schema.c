#include "engine/history/schema.h"

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "garner/read.h"
#include "garner/tx.h"
#include "garner/write.h"

enum { TABLES_VERSION = 3 };

static const char *const tables[] = {
    "create table if not exists garner_meta ("
    " key text primary key,"
    " value any) strict, without rowid",

    "create table if not exists garner_source ("
    " id integer primary key,"
    " name text not null unique,"
    " url text not null,"
    " body integer,"        /* garner_body.id of its last body */
    " spec integer,"        /* a hash of what is asked for and made of it */
    " etag text,"           /* of the answer that its rows are of ... */
    " modified text,"       /* ... and its Last-Modified */
    " answer_url text,"     /* where that came from */
    " answer_body integer," /* garner_body.id of its body */
    " off_until integer,"   /* it is put off until then */
    " tried integer,"       /* attempts so far, when there is to be another */
    " failures integer,"    /* in a row; null: it works */
    " failing_since integer,"
    " told integer,"        /* that it fails, last */
    " answer_hash integer," /* of its last answer, when a hook waits for
                               another */
    " good_rows text,"   /* JSON: rows of each row set in the last good run */
    " good integer,"     /* when that ended; ... */
    " max_age integer,"  /* ... older, it is stale */
    " watched integer,"  /* since when it has a max_age */
    " next_due integer," /* when its next slot is */
    " interval integer," /* that adapt has come to */
    " cookies text,"     /* what servers set, when they are kept */
    " paused integer,"   /* 1: it is not fetched by its schedule */
    " retired integer,"  /* 1: the file has it no more */
    " pass integer)"     /* over its URLs, if it has many: the last begun */
    " strict",

    "create table if not exists garner_body ("
    " id integer primary key,"
    " source integer not null," /* garner_source.id */
    " sha256 blob not null,"    /* of the body, not of data */
    " size integer not null,"   /* bytes of the body */
    " content_type text,"
    " codec text not null," /* of data: 'none', 'zstd'; 'file': it is the
                               path of one, where the body was saved */
    " data blob not null,"
    " base integer) strict", /* garner_body.id of what data differs from */

    "create table if not exists garner_run ("
    " id integer primary key,"
    " source integer not null,"  /* garner_source.id */
    " url text not null,"        /* after redirects, without password */
    " started integer not null," /* microseconds since 1970-01-01 UTC */
    " late_us integer,"          /* started so long after it was due */
    " duration_us integer,"
    " status integer," /* HTTP; null: no answer */
    " bytes integer,"  /* of the body */
    " rows integer,"   /* for its tables; null: nothing to extract */
    " failure text,"   /* a word: timeout, connect, http, sql ... */
    " error text,"     /* a sentence */
    " body integer,"   /* garner_body.id */
    " missed integer not null default 0,"     /* > 0: no fetch, but so many due
                                                 times missed */
    " attempt integer not null default 1,"    /* at its due time */
    " file text,"                             /* that its body was saved to */
    " duplicates integer not null default 0," /* rows left out: a later one has
                                                their key */
    " bad_rows integer not null default 0,"   /* rows left out: they were
                                                 refused */
    " page integer not null default 1,"       /* at its due time */
    " noindex integer not null default 0,"    /* 1: no rows were made, for the
                                                 page said so */
    " left_alone integer not null default 0)" /* 1: its failure is none of the
                                                 source's: see garner_frontier
                                               */
    " strict",

    "create table if not exists garner_outbox ("
    " id integer primary key,"
    " source integer not null," /* garner_source.id */
    " run integer,"             /* garner_run.id, that it tells of */
    " event text not null,"     /* success, change, error, recover, stale */
    " recipient text,"          /* of notify; null: the source's hook */
    " text text,"               /* for people */
    " rows text,"               /* JSON lines, until it is done */
    " created integer not null,"
    " due integer not null,"
    " tries integer not null default 0," /* that failed */
    " done integer,"
    " outcome text," /* of the last try */
    " output text)"  /* of the hook */
    " strict",
    "create index if not exists garner_outbox_source"
    " on garner_outbox (source, id)",
    "create index if not exists garner_outbox_due on garner_outbox (due)"
    " where done is null",
    /* Of ten thousand sources' messages that are done, twenty each are kept:
     * nobody who looks for one that waits is to read those. */
    "create index if not exists garner_outbox_waits"
    " on garner_outbox (source) where done is null and recipient is null",
    "create index if not exists garner_outbox_told"
    " on garner_outbox (recipient, done) where recipient is not null",
    "create table if not exists garner_host ("
    " name text primary key,"     /* https://example.org:443 */
    " requests integer not null," /* so far */
    " not_modified integer not null,"
    " errors integer not null,"
    " bytes integer not null," /* of bodies, as they came */
    " since integer,"          /* the first request */
    " last integer,"
    " failures integer not null," /* in a row */
    " openings integer not null," /* of its circuit; 0: it is closed */
    " open_until integer,"
    " off_until integer," /* as the server asked */
    " next integer)"      /* by the interval between fetches */
    " strict, without rowid",

    "create table if not exists garner_quarantine ("
    " id integer primary key,"
    " run integer,"              /* garner_run.id */
    " source integer not null,"  /* garner_source.id */
    " started integer not null," /* as in garner_run */
    " rule text not null,"       /* the key of expect that it broke */
    " rows text,"                /* those that broke it, some, as JSON */
    " size integer not null,"    /* this and what follows as in garner_body */
    " content_type text,"
    " codec text not null,"
    " data blob not null) strict",

    "create index if not exists garner_quarantine_source"
    " on garner_quarantine (source)",
    "create table if not exists garner_robots ("
    " host text primary key,"  /* as garner_host.name */
    " access text not null,"   /* 'rules', 'none', 'unreachable' */
    " asked integer not null," /* when it came */
    " until integer not null," /* it is asked for again then */
    " body blob,"
    " etag text,"     /* of body ... */
    " modified text)" /* ... and its Last-Modified */
    " strict",

    "create table if not exists garner_frontier ("
    " id integer primary key,"
    " source integer not null," /* garner_source.id */
    " url text not null,"
    " hash integer not null,"            /* of the URL */
    " depth integer not null default 0," /* links from where it began */
    " rank integer not null default 0,"  /* the lower come first */
    " sitemap integer,"                  /* 1: it is one */
    " listed integer,"        /* the last pass that its list had it in */
    " pass integer not null," /* the last in which it was done ... */
    " due integer not null default 0,"   /* ... in the next, not before this */
    " tries integer not null default 0," /* ... and so many failed so far */
    " done integer,"                     /* when it was fetched last, and how */
    " status integer,"
    " failure text,"
    " left_alone integer not null default 0," /* 1: a crawl found it, and may
                                                 not go there, or is not to */
    " failures integer not null default 0,"   /* in a row, each for a pass */
    " bytes integer,"                         /* of its last answer */
    " spec integer," /* as in garner_source, as do all of these */
    " etag text,"
    " modified text,"
    " answer_url text,"
    " body integer) strict",
    /* No URL is there twice; and what is left of a pass is found in the order
     * in which it is to be done, whatever else there is. */
    "create unique index if not exists garner_frontier_url"
    " on garner_frontier (source, hash)",
    "create index if not exists garner_frontier_next"
    " on garner_frontier (source, pass, due, rank)",

    "create view if not exists garner_log as"
    " select r.id, s.name as source,"
    "  strftime('%Y-%m-%d %H:%M:%f', r.started / 1e6, 'unixepoch') as started,"
    "  r.status, r.duration_us / 1000.0 as ms, r.bytes, r.rows, r.missed,"
    "  r.failure, r.error, r.url, r.body"
    " from garner_run r left join garner_source s on s.id = r.source",

    "insert or ignore into garner_meta (key, value) values ('version', 3)",
};

/* What the tables of version 1 lack. */
static const char *const second[] = {
    "alter table garner_source add column spec integer",
    "alter table garner_source add column etag text",
    "alter table garner_source add column modified text",
    "alter table garner_source add column answer_url text",
    "alter table garner_source add column answer_body integer",
    "alter table garner_source add column off_until integer",
    "alter table garner_source add column tried integer",
    "alter table garner_run add column attempt integer not null default 1",
};

/* What the tables of version 2 lack, but for tables: those are made above. */
static const char *const third[] = {
    "alter table garner_source add column failures integer",
    "alter table garner_source add column failing_since integer",
    "alter table garner_source add column told integer",
    "alter table garner_source add column answer_hash integer",
    "alter table garner_source add column good_rows text",
    "alter table garner_source add column good integer",
    "alter table garner_source add column max_age integer",
    "alter table garner_source add column watched integer",
    "alter table garner_body add column base integer",
    "alter table garner_source add column next_due integer",
    "alter table garner_source add column interval integer",
    "alter table garner_source add column cookies text",
    "alter table garner_run add column file text",
    "alter table garner_run add column duplicates integer not null default 0",
    "alter table garner_source add column paused integer",
    "alter table garner_source add column retired integer",
    "alter table garner_run add column bad_rows integer not null default 0",
    "alter table garner_source add column pass integer",
    "alter table garner_run add column page integer not null default 1",
    "alter table garner_run add column noindex integer not null default 0",
    "alter table garner_run add column left_alone integer not null default 0",
    "update garner_meta set value = 3 where key = 'version'",
};

/* What needs all columns. */
static const char *const guards[] = {
    "create index if not exists garner_body_base on garner_body (base)"
    " where base is not null",

    "create trigger if not exists garner_body_kept before delete on garner_body"
    " when exists (select 1 from garner_body where base = old.id) begin"
    " select raise(abort, 'another body is kept as what differs from this one;"
    " garner prune deletes bodies so that those that stay can be read');"
    " end",
};

static enum garner_code run_all(struct garner_tx *tx, const char *const *sql,
                                size_t count, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < count && code == GARNER_OK; i++)
        code = garner_tx_exec(tx, sql[i], GARNER_ARGS(), NULL, err);
    return code;
}

static enum garner_code read_version(struct garner_tx *tx, int64_t *version,
                                     struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_tx_query(
        tx, "select value from garner_meta where key = 'version'",
        GARNER_ARGS(), &rows, err);

    *version = 0;
    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW)
        *version = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code bring_up(struct garner_tx *tx, struct garner_error *err)
{
    enum garner_code code =
        run_all(tx, tables, sizeof tables / sizeof tables[0], err);
    int64_t version;

    if (code == GARNER_OK)
        code = read_version(tx, &version, err);
    if (code != GARNER_OK)
        return code;
    if (version == 1)
        code = run_all(tx, second, sizeof second / sizeof second[0], err);
    if (version == 1 || version == 2) {
        if (code == GARNER_OK)
            code = run_all(tx, third, sizeof third / sizeof third[0], err);
        version = TABLES_VERSION;
    }
    if (code != GARNER_OK)
        return code;
    if (version != TABLES_VERSION)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "the garner_ tables are of version %lld, this garner "
                       "knows version %d; use the newer program",
                       (long long)version, TABLES_VERSION);
    return run_all(tx, guards, sizeof guards / sizeof guards[0], err);
}

enum garner_code gn_schema_open(struct garner_store *store,
                                struct garner_error *err)
{
    struct garner_tx *tx;
    enum garner_code code = garner_begin(store, NULL, &tx, err);

    if (code != GARNER_OK)
        return code;
    code = bring_up(tx, err);
    if (code == GARNER_OK)
        return garner_commit(tx, NULL, err);
    garner_rollback(tx);
    return code;
}
