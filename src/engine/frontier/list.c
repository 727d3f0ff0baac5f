#include "engine/frontier/list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/url.h"
#include "base/utf8.h"

enum { MOST_BYTES = 8192 /* of a URL; no server takes more */ };

enum garner_code gn_list_open(struct gn_list *list, const struct gn_urls *urls,
                              struct garner_store *store,
                              struct garner_error *err)
{
    enum garner_code code;

    *list = (struct gn_list){.path = urls->file};
    if (urls->file == NULL) {
        code = garner_query(store, urls->sql, GARNER_ARGS(), &list->rows, err);
        if (code == GARNER_OK && garner_columns(list->rows) == 0)
            return gn_fail(err, GARNER_INVALID,
                           "urls: sql is no query; write a select whose first "
                           "column is the URL");
        return code;
    }
    list->file = fopen(urls->file, "re");
    if (list->file == NULL)
        return gn_fail(err, errno == ENOENT ? GARNER_NOTFOUND : GARNER_IO,
                       "urls: file %.150s: %s", urls->file, strerror(errno));
    return GARNER_OK;
}

void gn_list_close(struct gn_list *list)
{
    garner_rows_close(list->rows);
    if (list->file != NULL)
        (void)fclose(list->file); /* only read from */
    free(list->line);             /* getline's */
    *list = (struct gn_list){0};
}

static void note_bad(struct gn_list *list, const char *why)
{
    const char *const place = list->path != NULL ? list->path : "urls: sql";

    if (list->bad++ == 0)
        snprintf(list->first_bad, sizeof list->first_bad,
                 "%.120s, %s %" PRIu64 ": %.120s", place,
                 list->path != NULL ? "line" : "row", list->number, why);
}

/* Whether text, which ends with a NUL, is one to fetch; else notes why not. */
static bool is_url(struct gn_list *list, const char *text, size_t size)
{
    struct gn_url parts;
    struct garner_error err;

    if (size > MOST_BYTES)
        note_bad(list, "a URL of more than 8192 bytes");
    else if (strlen(text) != size || gn_utf8_good(text, size) != size)
        note_bad(list, "a URL with bytes that are no UTF-8, or a NUL");
    else if (gn_url_split(text, &parts, &err) != GARNER_OK)
        note_bad(list, err.message);
    else if (parts.password.size > 0)
        note_bad(list, "a URL with a password, which would be stored; write "
                       "auth: to log in");
    else
        return true;
    return false;
}

/* The first column of the next row, in line. */
static enum garner_code read_row(struct gn_list *list, size_t *size,
                                 struct garner_error *err)
{
    const enum garner_code code = garner_next(list->rows, err);
    struct garner_value v;

    if (code != GARNER_ROW)
        return code;
    v = garner_column(list->rows, 0);
    *size = v.type == GARNER_TEXT ? v.bytes.size : 0;
    if (list->room < *size + 1) {
        char *line = realloc(list->line, *size + 1); /* as getline has it */

        if (line == NULL)
            return gn_fail(err, GARNER_NOMEM, "out of memory for a URL");
        list->line = line;
        list->room = *size + 1;
    }
    if (*size > 0)
        memcpy(list->line, v.bytes.data, *size);
    list->line[*size] = '\0';
    return code;
}

static enum garner_code read_line(struct gn_list *list, size_t *size,
                                  struct garner_error *err)
{
    ssize_t read;

    errno = 0;
    read = getline(&list->line, &list->room, list->file);
    if (read < 0 && (ferror(list->file) || !feof(list->file)))
        return gn_fail(err, errno == ENOMEM ? GARNER_NOMEM : GARNER_IO,
                       "urls: file %.150s: %s", list->path, strerror(errno));
    *size = read > 0 ? (size_t)read : 0;
    return read < 0 ? GARNER_DONE : GARNER_ROW;
}

/* Takes away the blanks around it. */
static char *trim(char *text, size_t *size)
{
    while (*size > 0 && strchr(" \t\r\n", text[*size - 1]) != NULL &&
           text[*size - 1] != '\0')
        text[--*size] = '\0';
    while (*size > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        --*size;
    }
    return text;
}

enum garner_code gn_list_next(struct gn_list *list, const char **url,
                              size_t *size, struct garner_error *err)
{
    enum garner_code code;

    while ((code = list->file != NULL
                       ? read_line(list, size, err)
                       : read_row(list, size, err)) == GARNER_ROW) {
        char *text = trim(list->line, size);
        char *fragment;

        list->number++;
        if (*size == 0 || (list->file != NULL && *text == '#'))
            continue;
        if (!is_url(list, text, *size))
            continue;
        fragment = strchr(text, '#');
        if (fragment != NULL) {
            *fragment = '\0';
            *size = (size_t)(fragment - text);
        }
        *url = text;
        return GARNER_ROW;
    }
    return code;
}
