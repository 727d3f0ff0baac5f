#include "sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "link.h"

static size_t word_length(const char *sql)
{
    size_t n = 0;

    while ((sql[n] >= 'a' && sql[n] <= 'z') ||
           (sql[n] >= 'A' && sql[n] <= 'Z') || sql[n] == '_')
        n++;
    return n;
}

static bool is_word(const char *sql, size_t length, const char *word)
{
    return strlen(word) == length && strncasecmp(sql, word, length) == 0;
}

static bool is_one_of(const char *sql, size_t length, const char *const *words)
{
    for (; *words != NULL; words++)
        if (is_word(sql, length, *words))
            return true;
    return false;
}

/* Past "PRAGMA schema." to the pragma's name. */
static const char *pragma_name(const char *sql)
{
    const char *name = gp_link_skip(sql + strlen("pragma"));
    const size_t length = word_length(name);

    return name[length] == '.' ? gp_link_skip(name + length + 1) : name;
}

static bool tells(const char *sql)
{
    static const char *const tellers[] = {
        "table_info",       "table_xinfo",       "table_list",
        "index_list",       "index_info",        "index_xinfo",
        "foreign_key_list", "foreign_key_check", "compile_options",
        "function_list",    "pragma_list",       "user_version",
        "schema_version",   "application_id",    "encoding",
        "page_size",        "freelist_count",    NULL};
    const char *name = pragma_name(sql);

    /* user_version= writes, user_version tells */
    return is_one_of(name, word_length(name), tellers) &&
           strchr(name, '=') == NULL;
}

enum gp_kind gp_sql_kind(const char *sql)
{
    static const char *const selects[] = {"select", "with", "values", "explain",
                                          NULL};
    static const char *const changes[] = {"insert", "update", "delete",
                                          "replace", NULL};
    const char *at = gp_link_skip(sql);
    const size_t length = word_length(at);

    if (is_one_of(at, length, selects))
        return GP_SELECT;
    if (is_one_of(at, length, changes))
        return GP_DML;
    return is_word(at, length, "pragma") && tells(at) ? GP_TELLS : GP_OTHER;
}

/* Settings that are in the file, or the writer's alone: readers need not have
 * them. */
static bool is_harmless(const char *name)
{
    static const char *const harmless[] = {
        "journal_mode",       "synchronous",        "foreign_keys",
        "wal_checkpoint",     "wal_autocheckpoint", "busy_timeout",
        "locking_mode",       "optimize",           "user_version",
        "application_id",     "auto_vacuum",        "incremental_vacuum",
        "integrity_check",    "quick_check",        "defer_foreign_keys",
        "cache_size",         "mmap_size",          "temp_store",
        "page_size",          "encoding",           "secure_delete",
        "journal_size_limit", "recursive_triggers", "analysis_limit",
        "cache_spill",        "shrink_memory",      NULL};

    return is_one_of(name, word_length(name), harmless);
}

static bool pragma_pins(const char *sql)
{
    const char *name = pragma_name(sql);

    return !tells(sql) && !is_harmless(name) &&
           (strchr(name, '=') != NULL || strchr(name, '(') != NULL);
}

bool gp_sql_pins(const char *sql)
{
    const char *at = gp_link_skip(sql);
    const size_t length = word_length(at);

    if (is_word(at, length, "attach"))
        return true;
    if (is_word(at, length, "create"))
        return strcasestr(at, "temp") != NULL;
    return is_word(at, length, "pragma") && pragma_pins(at);
}

static bool is_set(const char *name)
{
    const char *behind = gp_link_skip(name + word_length(name));

    return *behind == '=' || *behind == '(';
}

bool gp_sql_tells_instead(const char *sql, char *instead, size_t room,
                          int *milliseconds)
{
    static const char *const kept[] = {"journal_mode", "locking_mode",
                                       "wal_autocheckpoint", NULL};
    const char *at = gp_link_skip(sql);
    const char *name;
    size_t length;

    *milliseconds = -1;
    if (!is_word(at, word_length(at), "pragma"))
        return false;
    name = gp_link_skip(at + strlen("pragma"));
    if (name != pragma_name(at) && !is_word(name, word_length(name), "main"))
        return false; /* of a database that is attached */
    name = pragma_name(at);
    length = word_length(name);
    if (!is_set(name))
        return false;
    if (is_one_of(name, length, kept)) {
        snprintf(instead, room, "PRAGMA %.*s", (int)length, name);
        return true;
    }
    if (!is_word(name, length, "busy_timeout"))
        return false;
    *milliseconds = atoi(gp_link_skip(name + length) + 1);
    *milliseconds = *milliseconds > 0 ? *milliseconds : 0;
    snprintf(instead, room, "SELECT %d AS timeout", *milliseconds);
    return true;
}
