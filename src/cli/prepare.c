#include "cli/prepare.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "config/file.h"
#include "config/load.h"
#include "engine/sqlcheck.h"

enum { PROBLEMS = 20 };

enum garner_code gn_prepare_columns(const struct gn_source *source,
                                    struct gn_rowset *columns,
                                    struct garner_error *err)
{
    return gn_sqlcheck_rows(source, &source->rows[0], columns, err);
}

enum garner_code gn_prepare_sql(const struct gn_config *config,
                                struct garner_error *err)
{
    const struct gn_rows_spec *before = NULL;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < config->source_count && code == GARNER_OK; i++) {
        const struct gn_source *s = &config->sources[i];

        code = gn_sqlcheck_follow(s, err);
        if (s->rows == before) /* URLs of one command line share theirs */
            continue;
        before = s->rows;
        for (size_t k = 0; k < s->row_spec_count && code == GARNER_OK; k++)
            code = gn_sqlcheck_rows(s, &s->rows[k], NULL, err);
    }
    return code;
}

static bool is_key(const struct gn_rows_spec *rows, const char *column)
{
    bool is = false;

    for (size_t k = 0; k < rows->key_count; k++)
        is = is || strcasecmp(rows->key[k], column) == 0;
    return is;
}

static enum garner_code tell_rows(const struct gn_config *config,
                                  const struct gn_source *source,
                                  const struct gn_rows_spec *rows,
                                  struct gn_buf *text, struct garner_error *err)
{
    struct gn_rowset columns = {0};
    const enum garner_code code = gn_sqlcheck_rows(source, rows, &columns, err);

    gn_buf_printf(text, "%s:%d: source %s: %s (", config->path, rows->line,
                  source->name, rows->table);
    for (size_t i = 0; i < columns.column_count; i++)
        gn_buf_printf(text, "%s%s%s", i > 0 ? ", " : "", columns.columns[i],
                      is_key(rows, columns.columns[i]) ? "*" : "");
    gn_buf_text(text, ")\n");
    gn_rowset_fini(&columns);
    return code;
}

enum garner_code gn_prepare_tell(const struct gn_config *config,
                                 struct gn_buf *text, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < config->source_count; i++) {
        const struct gn_source *s = &config->sources[i];

        for (size_t k = 0; k < s->row_spec_count && code == GARNER_OK; k++)
            code = tell_rows(config, s, &s->rows[k], text, err);
    }
    return code;
}

/* Line number of text, from 1, without its end. */
static const char *line_of(const char *text, unsigned number, size_t *size)
{
    while (--number > 0 && *text != '\0') {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    *size = strcspn(text, "\n");
    return text;
}

/* SQL, or a selector, and its first line in the file. */
struct text {
    const char *sql;
    int line;
};

/* Where in the file the spot is that a message about SQL names: the SQL's line
 * is looked for in the file's. */
static void spot(struct text text, const struct garner_error *why,
                 const char *file, unsigned *line, unsigned *column)
{
    unsigned sql_line = 1;
    unsigned sql_column = 1;
    const char *in_sql;
    const char *in_file;
    const char *found = NULL;
    size_t sql_size;
    size_t file_size;

    if (sscanf(why->message, "SQL line %u, column %u", &sql_line,
               &sql_column) != 2)
        sql_line = sql_column = 1;
    *line = (unsigned)text.line + sql_line - 1;
    *column = 1;
    in_sql = line_of(text.sql, sql_line, &sql_size);
    in_file = line_of(file, *line, &file_size);
    if (sql_size > 0)
        found = memmem(in_file, file_size, in_sql, sql_size);
    if (found != NULL)
        *column = (unsigned)(found - in_file) + sql_column;
}

/* What is wrong with a file's sources. */
struct faults {
    const struct gn_config *config;
    const char *file; /* its text */
    struct gn_buf *problems;
    struct garner_error *err; /* the first */
    size_t count;
};

static void note(struct faults *f, const struct gn_source *source,
                 struct text text, const struct garner_error *why)
{
    const char *path = f->config->path;
    unsigned line;
    unsigned column;

    spot(text, why, f->file, &line, &column);
    if (f->count++ == 0)
        gn_fail(f->err,
                why->code == GARNER_NOMEM ? GARNER_NOMEM : GARNER_INVALID,
                "%.60s:%u:%u: %.160s", path, line, column, why->message);
    if (f->count <= PROBLEMS)
        gn_buf_printf(f->problems, "%s:%u:%u: source %s: %s\n", path, line,
                      column, source->name, why->message);
}

static void check_each(struct faults *f)
{
    for (size_t i = 0; i < f->config->source_count; i++) {
        const struct gn_source *s = &f->config->sources[i];
        struct garner_error why = {0};

        if (s->of_list && i > 0 && s[-1].of_list && s[-1].line == s->line)
            continue; /* one of many that are the same but for a value */
        for (size_t k = 0; k < s->row_spec_count; k++)
            if (gn_sqlcheck_rows(s, &s->rows[k], NULL, &why) != GARNER_OK)
                note(f, s, (struct text){s->rows[k].sql, s->rows[k].line},
                     &why);
        if (gn_sqlcheck_next(s, &why) != GARNER_OK)
            note(f, s, (struct text){s->next.sql, s->next.line}, &why);
        if (gn_sqlcheck_follow(s, &why) != GARNER_OK)
            note(f, s, (struct text){s->crawl->follow, s->crawl->line}, &why);
    }
}

/* A table that a source writes. */
struct use {
    const struct gn_source *source;
    const struct gn_rows_spec *rows;
};

static int by_table(const void *a, const void *b)
{
    const struct use *x = a;
    const struct use *y = b;
    const int order = strcasecmp(x->rows->table, y->rows->table);

    return order != 0 ? order : x->rows->line - y->rows->line;
}

static bool same_key(const struct gn_rows_spec *a, const struct gn_rows_spec *b)
{
    bool same = a->key_count == b->key_count;

    for (size_t i = 0; same && i < a->key_count; i++)
        same = strcasecmp(a->key[i], b->key[i]) == 0;
    return same;
}

/* How two uses of one table do not go together; NULL: they do. */
static const char *clash(const struct gn_rows_spec *a,
                         const struct gn_rows_spec *b)
{
    if (!same_key(a, b))
        return "another key";
    if (!gn_config_same_way(a, b))
        return "another conflict, columns, new_columns or parent";
    return NULL;
}

static void note_clash(struct faults *f, const struct use *use,
                       const struct use *first)
{
    const char *differs = clash(use->rows, first->rows);
    struct garner_error why;

    if (differs != NULL)
        gn_fail(&why, GARNER_INVALID,
                "table %.60s has %s here than in source %.60s (line %d); give "
                "it the same",
                use->rows->table, differs, first->source->name,
                first->rows->line);
    else if (gn_config_takes_away(use->rows->conflict))
        gn_fail(&why, GARNER_INVALID,
                "table %.60s is written by source %.60s (line %d), too, and "
                "with this conflict each would take away the other's rows; "
                "give it a table of its own",
                use->rows->table, first->source->name, first->rows->line);
    else
        return;
    note(f, use->source, (struct text){use->rows->sql, use->rows->line}, &why);
}

/* All who write a table must agree on how. */
static void check_together(struct faults *f)
{
    const struct use *first;
    struct use *uses;
    size_t count = 0;

    for (size_t i = 0; i < f->config->source_count; i++)
        count += f->config->sources[i].row_spec_count;
    uses = gn_alloc((count + 1) * sizeof *uses);
    if (uses == NULL)
        return; /* the engine looks again */
    count = 0;
    for (size_t i = 0; i < f->config->source_count; i++)
        for (size_t k = 0; k < f->config->sources[i].row_spec_count; k++)
            uses[count++] = (struct use){&f->config->sources[i],
                                         &f->config->sources[i].rows[k]};
    qsort(uses, count, sizeof *uses, by_table);
    first = uses;
    for (size_t i = 1; i < count; i++) {
        if (strcasecmp(uses[i].rows->table, first->rows->table) != 0)
            first = &uses[i];
        else
            note_clash(f, &uses[i], first);
    }
    gn_free(uses);
}

enum garner_code gn_prepare_load(const char *path,
                                 const struct gn_values_way *values,
                                 struct gn_config *config,
                                 struct gn_buf *problems,
                                 struct garner_error *err)
{
    struct gn_buf file = {0};
    struct faults faults = {config, "", problems, err, 0};
    enum garner_code code =
        gn_config_load_with(path, values, config, problems, err);

    if (code != GARNER_OK)
        return code;
    /* Only to say in which column: without it the line has to do. */
    if (gn_file_read(path, 64 << 20, true, &file, NULL) != GARNER_OK)
        gn_buf_clear(&file);
    faults.file = gn_buf_cstr(&file);
    check_each(&faults);
    check_together(&faults);
    if (faults.count > 0) {
        code = err->code;
        gn_config_fini(config);
    }
    gn_buf_fini(&file);
    return code;
}
