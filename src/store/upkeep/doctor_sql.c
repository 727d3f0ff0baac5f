#include "store/upkeep/doctor_sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/unit.h"
#include "store/driver/cursor.h"
#include "store/upkeep/defects.h"

/* A database of which this much is unused, and more than half, is worth to be
 * made anew. */
#define UNUSED_BYTES ((int64_t)100 << 20)

enum { TEXT = 400 };

/* The first column of the only row of sql, as text. */
static enum garner_code ask(struct gn_sqlite *c, const char *sql,
                            char text[TEXT], struct garner_error *err)
{
    struct gn_cursor *cursor;
    struct gn_statement s;
    struct garner_value v;
    enum garner_code code;

    text[0] = '\0';
    gn_statement_init(&s, sql, NULL, 0);
    code = gn_cursor_open(c, &s, &cursor, err);
    if (code != GARNER_OK)
        return code;
    code = gn_cursor_next(cursor, err);
    v = code == GARNER_ROW ? gn_cursor_value(cursor, 0) : garner_null();
    if (v.type == GARNER_INTEGER)
        snprintf(text, TEXT, "%" PRId64, v.integer);
    else if (v.type == GARNER_TEXT)
        snprintf(text, TEXT, "%.*s", (int)v.bytes.size,
                 (const char *)v.bytes.data);
    gn_cursor_close(cursor);
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code tell_sqlite(struct gn_sqlite *c,
                                    const struct gn_teller *t,
                                    struct garner_error *err)
{
    char version[TEXT];
    char threads[TEXT];
    const struct gn_defect *d;
    size_t at = 0;
    enum garner_code code = ask(c, "select sqlite_version()", version, err);

    if (code == GARNER_OK)
        code = ask(c, "select sqlite_compileoption_used('THREADSAFE=0')",
                   threads, err);
    if (code != GARNER_OK)
        return code;
    if (strcmp(threads, "0") != 0)
        gn_finding(t, GARNER_PROBLEM, "sqlite",
                   "it was built for programs without threads; use another",
                   "%s", version);
    else
        gn_finding(t, GARNER_FINE, "sqlite", "", "%s", version);
    while ((d = gn_defect_next(gn_defect_version(version), &at)) != NULL)
        gn_finding(t, d->kept_clear ? GARNER_FINE : GARNER_WARNING, "defect",
                   d->advice, "%s", d->what);
    return GARNER_OK;
}

/* A setting, and what is expected of it. */
struct setting {
    const char *name;
    const char *expected;    /* NULL: anything */
    enum garner_grade grade; /* if it is something else */
    const char *advice;
};

static const struct setting settings[] = {
    {"locking_mode", "normal", GARNER_WARNING, "no other program can open it"},
    {"page_size", NULL, GARNER_FINE, ""},
    {"synchronous", NULL, GARNER_FINE, ""},
    {"wal_autocheckpoint", "0", GARNER_PROBLEM, "this is a bug of garner's"},
    {"foreign_keys", NULL, GARNER_FINE, ""},
    {"cache_size", NULL, GARNER_FINE, ""},
    {"mmap_size", "0", GARNER_WARNING,
     "it was set when SQLite was built: an error of the disk ends the process"},
    {"temp_store", NULL, GARNER_FINE, ""},
    {"secure_delete", NULL, GARNER_FINE, ""},
    {"auto_vacuum", NULL, GARNER_FINE, ""},
    {"encoding", NULL, GARNER_FINE, ""},
};

/* Not the pragma: where nobody has it open it is read as if it had no log. */
static void tell_mode(const struct gn_sqlite *c, const struct gn_teller *t)
{
    if (gn_sqlite_is_marked(c))
        gn_finding(t, GARNER_FINE, "journal_mode", "", "wal");
    else
        gn_finding(t, GARNER_FINE, "journal_mode",
                   "without a log those who read and write wait for each "
                   "other; a garner that writes to it makes one",
                   "delete");
}

/* Numbers as words, where a pragma has words for them. */
static const char *word_for(const char *name, const char *value)
{
    static const char *const synchronous[] = {"off", "normal", "full", "extra"};
    static const char *const temp_store[] = {"default", "file", "memory"};
    static const char *const vacuum[] = {"none", "full", "incremental"};
    static const char *const delete[] = {"off", "on", "fast"};
    static const char *const keys[] = {"off", "on"};
    static const struct {
        const char *name;
        const char *const *words;
        int count;
    } known[] = {{"synchronous", synchronous, 4},
                 {"temp_store", temp_store, 3},
                 {"auto_vacuum", vacuum, 3},
                 {"secure_delete", delete, 3},
                 {"foreign_keys", keys, 2}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, name) == 0 && value[0] >= '0' &&
            value[0] - '0' < known[i].count && value[1] == '\0')
            return known[i].words[value[0] - '0'];
    return value;
}

static enum garner_code tell_settings(struct gn_sqlite *c,
                                      const struct gn_teller *t,
                                      struct garner_error *err)
{
    char value[TEXT];
    char sql[60];

    tell_mode(c, t);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const struct setting *s = &settings[i];
        enum garner_code code;
        bool fine;

        snprintf(sql, sizeof sql, "pragma %s", s->name);
        code = ask(c, sql, value, err);
        if (code != GARNER_OK)
            return code;
        fine = s->expected == NULL || strcmp(value, s->expected) == 0;
        gn_finding(t, fine ? GARNER_FINE : s->grade, s->name,
                   fine ? "" : s->advice, "%s", word_for(s->name, value));
    }
    return GARNER_OK;
}

static enum garner_code tell_unused(struct gn_sqlite *c,
                                    const struct gn_teller *t,
                                    struct garner_error *err)
{
    long long unused = 0;
    long long pages = 1;
    long long size = 0;
    char text[TEXT];
    char bytes[32];
    bool much;
    enum garner_code code =
        ask(c,
            "select freelist_count || ' ' || page_count || ' ' || page_size "
            "from pragma_freelist_count, pragma_page_count, pragma_page_size",
            text, err);

    if (code != GARNER_OK)
        return code;
    if (sscanf(text, "%lld %lld %lld", &unused, &pages, &size) != 3)
        return GARNER_OK;
    much = unused * size > UNUSED_BYTES && unused > pages / 2;
    gn_unit_format_size(unused * size, bytes);
    gn_finding(t, much ? GARNER_WARNING : GARNER_FINE, "unused",
               much ? "it is used again for new rows; to give it back, run "
                      "VACUUM with the sqlite3 shell when nobody else writes"
                    : "",
               "%s of it", bytes);
    return GARNER_OK;
}

static const char mend[] =
    "restore a backup, or try the sqlite3 shell's .recover";

static enum garner_code read_check(struct gn_cursor *cursor,
                                   const struct gn_teller *t,
                                   struct garner_error *err)
{
    enum garner_code code;

    while ((code = gn_cursor_next(cursor, err)) == GARNER_ROW) {
        const struct garner_value v = gn_cursor_value(cursor, 0);
        const bool ok = v.bytes.size == 2 && memcmp(v.bytes.data, "ok", 2) == 0;

        gn_finding(t, ok ? GARNER_FINE : GARNER_PROBLEM, "integrity",
                   ok ? "" : mend, "%.*s", (int)v.bytes.size,
                   (const char *)v.bytes.data);
    }
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* Some damage ends the check by itself. */
static enum garner_code tell_integrity(struct gn_sqlite *c,
                                       const struct gn_teller *t,
                                       struct garner_error *err)
{
    struct garner_error own;
    struct gn_cursor *cursor;
    struct gn_statement s;
    enum garner_code code;

    gn_statement_init(&s, "pragma quick_check(20)", NULL, 0);
    code = gn_cursor_open(c, &s, &cursor, &own);
    if (code == GARNER_OK) {
        code = read_check(cursor, t, &own);
        gn_cursor_close(cursor);
    }
    if (code == GARNER_CORRUPT) {
        gn_finding(t, GARNER_PROBLEM, "integrity", mend, "%s", own.message);
        return GARNER_OK;
    }
    if (code != GARNER_OK && err != NULL)
        *err = own;
    return code;
}

enum garner_code gn_doctor_sql(struct gn_sqlite *c, bool check,
                               const struct gn_teller *t,
                               struct garner_error *err)
{
    enum garner_code code = tell_sqlite(c, t, err);

    if (code == GARNER_OK)
        code = tell_settings(c, t, err);
    if (code == GARNER_OK)
        code = tell_unused(c, t, err);
    if (code == GARNER_OK && check)
        code = tell_integrity(c, t, err);
    return code;
}
