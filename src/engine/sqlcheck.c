#include "engine/sqlcheck.h"

#include <stdbool.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "extract/extractor.h"

/* The names of source's parameters, which gn_free frees. NULL: no memory. */
static const char **parameters(const struct gn_source *source, size_t *count,
                               struct garner_error *err)
{
    const char **names = gn_config_parameters(source, count);

    if (names == NULL)
        gn_fail(err, GARNER_NOMEM, "no memory to check the SQL");
    return names;
}

static enum garner_code check_key(const struct gn_rows_spec *rows,
                                  const struct gn_rowset *columns,
                                  struct garner_error *err)
{
    for (size_t k = 0; k < rows->key_count; k++) {
        bool found = false;

        for (size_t i = 0; i < columns->column_count && !found; i++)
            found = strcasecmp(columns->columns[i], rows->key[k]) == 0;
        if (!found)
            return gn_fail(err, GARNER_INVALID,
                           "the key \"%.60s\" is no column of the SQL; name "
                           "one of its columns so with AS",
                           rows->key[k]);
    }
    return GARNER_OK;
}

enum garner_code gn_sqlcheck_rows(const struct gn_source *source,
                                  const struct gn_rows_spec *rows,
                                  struct gn_rowset *columns,
                                  struct garner_error *err)
{
    struct gn_rowset own = {0};
    size_t count;
    const char **names = parameters(source, &count, err);
    enum garner_code code;

    if (columns == NULL)
        columns = &own;
    if (names == NULL)
        return GARNER_NOMEM;
    code = gn_extract_check(rows->sql, names, count, columns, err);
    gn_free(names);
    if (code == GARNER_OK)
        code = check_key(rows, columns, err);
    if (code == GARNER_OK)
        code = gn_config_check_columns(rows, columns->columns,
                                       columns->column_count, err);
    gn_rowset_fini(&own);
    return code;
}

enum garner_code gn_sqlcheck_next(const struct gn_source *source,
                                  struct garner_error *err)
{
    size_t count;
    const char **names;
    enum garner_code code;

    if (source->next.sql == NULL)
        return GARNER_OK;
    names = parameters(source, &count, err);
    if (names == NULL)
        return GARNER_NOMEM;
    code = gn_extract_check(source->next.sql, names, count, NULL, err);
    gn_free(names);
    return code;
}

enum garner_code gn_sqlcheck_follow(const struct gn_source *source,
                                    struct garner_error *err)
{
    size_t count;
    const char **names;
    enum garner_code code;

    if (source->crawl == NULL)
        return GARNER_OK;
    names = parameters(source, &count, err);
    if (names == NULL)
        return GARNER_NOMEM;
    code = gn_extract_check_follow(source->crawl->follow, names, count, err);
    gn_free(names);
    return code;
}
