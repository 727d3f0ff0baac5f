#include "cli/select.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/terminal.h"

enum garner_code gn_select_open(const char *url,
                                const struct gn_storage_flags *flags,
                                int64_t timeout_ms, struct garner_store **store,
                                struct garner_error *err)
{
    const bool memory = strstr(url, ":memory:") != NULL;
    struct garner_options options = gn_storage_options(flags);

    options.read_only = !memory;
    options.create = memory;
    if (timeout_ms > 0)
        options.timeout_ms = timeout_ms < INT_MAX ? (int)timeout_ms : INT_MAX;
    return garner_open(url, &options, store, err);
}

struct gn_output *gn_select_output(const struct gn_format_flags *flags,
                                   bool always_table, enum gn_exit *status)
{
    const bool terminal = gn_terminal_is(STDOUT_FILENO);
    struct gn_output *output = NULL;
    struct garner_error err = {0};
    enum gn_format format;
    size_t columns = 0;
    size_t rows;

    if (gn_format_choose(flags, terminal || always_table, &format, &err) !=
        GARNER_OK) {
        *status = gn_exit_usage("%s", err.message);
        return NULL;
    }
    if (terminal)
        gn_terminal_size(STDOUT_FILENO, &columns, &rows);
    if (gn_output_new(STDOUT_FILENO, format, columns,
                      gn_terminal_color(STDOUT_FILENO), &output,
                      &err) != GARNER_OK)
        *status = gn_exit_error(&err);
    return output;
}

static enum garner_code name_columns(struct gn_output *output,
                                     const struct garner_rows *rows,
                                     struct garner_error *err)
{
    const size_t count = garner_columns(rows);
    const char **names = gn_alloc((count + 1) * sizeof *names);
    enum garner_code code;

    if (names == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for column names");
    for (size_t i = 0; i < count; i++)
        names[i] = garner_column_name(rows, i);
    code = gn_output_columns(output, names, count, err);
    gn_free(names);
    return code;
}

/* Complains in a program's words where the library's are for one that calls
 * it. */
static enum gn_exit failed(const struct garner_error *err)
{
    static const char reads[] = "a query only reads";

    if (strncmp(err->message, reads, sizeof reads - 1) == 0)
        gn_complain("%s; 'garner query --write' may write", reads);
    else if (err->code == GARNER_TIMEOUT)
        gn_complain("the query took longer than it may; --timeout says how "
                    "long");
    else
        return gn_exit_error(err);
    return gn_exit_for(err->code);
}

/* values has room for a row. */
static enum gn_exit pass_rows(struct garner_rows *rows,
                              struct garner_value *values,
                              struct gn_output *output)
{
    const size_t count = garner_columns(rows);
    struct garner_error err = {0};
    enum garner_code code;
    enum gn_exit status = GN_EXIT_OK;

    while ((code = garner_next(rows, &err)) == GARNER_ROW) {
        enum garner_code written;

        for (size_t i = 0; i < count; i++)
            values[i] = garner_column(rows, i);
        written = gn_output_row(output, values, &err);
        if (written == GARNER_DONE)
            break;
        if (written != GARNER_OK)
            return gn_exit_output(&err);
    }
    if (code != GARNER_ROW && code != GARNER_DONE)
        status = failed(&err);
    /* What came before an error is shown too. */
    if (gn_output_end(output, &err) != GARNER_OK)
        status = gn_exit_output(&err);
    return status;
}

enum gn_exit gn_select(struct garner_store *store, const char *sql,
                       const struct garner_value *args, size_t count,
                       int64_t timeout_ms, struct gn_output *output)
{
    struct garner_error err = {0};
    struct garner_rows *rows = NULL;
    struct garner_value *values;
    enum gn_exit status;

    if (garner_query(store, sql, args, count, &rows, &err) != GARNER_OK)
        return failed(&err);
    if (timeout_ms > 0)
        garner_rows_set_timeout(rows, timeout_ms < INT_MAX ? (int)timeout_ms
                                                           : INT_MAX);
    values = gn_alloc((garner_columns(rows) + 1) * sizeof *values);
    if (values == NULL) {
        gn_complain("no memory for a row");
        status = GN_EXIT_STORE;
    } else if (name_columns(output, rows, &err) != GARNER_OK) {
        status = gn_exit_error(&err);
    } else {
        status = pass_rows(rows, values, output);
    }
    gn_free(values);
    garner_rows_close(rows);
    return status;
}
