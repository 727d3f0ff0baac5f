#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/mem.h"
#include "config/tree.h"
#include "import/import.h"

/* One job being taken over. */
struct job {
    struct gn_draft *draft;
    const struct gn_node *root;
};

static const struct gn_node *find(const struct gn_node *mapping,
                                  const char *key)
{
    if (mapping->kind != GN_NODE_MAPPING)
        return NULL;
    for (const struct gn_node *n = mapping->first; n != NULL; n = n->next)
        if (strcmp(n->key->text, key) == 0)
            return n;
    return NULL;
}

static const char *text_of(const struct gn_node *mapping, const char *key)
{
    const struct gn_node *n = find(mapping, key);

    return n != NULL && n->kind == GN_NODE_SCALAR ? n->text : NULL;
}

/* --- what is sent --------------------------------------------------------- */

static void add_texts(const struct job *j, const char *key, const char *as)
{
    const struct gn_node *n = find(j->root, key);

    if (n == NULL || n->kind != GN_NODE_MAPPING)
        return;
    gn_draft_open(j->draft, 2, as);
    for (const struct gn_node *v = n->first; v != NULL; v = v->next)
        if (v->kind == GN_NODE_SCALAR)
            gn_draft_text(j->draft, 3, v->key->text, v->text);
}

static void add_request(const struct job *j)
{
    const struct gn_node *data = find(j->root, "data");
    const char *method = text_of(j->root, "method");
    const char *proxy = text_of(j->root, "https_proxy");
    const char *timeout = text_of(j->root, "timeout");
    const char *insecure = text_of(j->root, "ssl_no_verify");

    if (method != NULL)
        gn_draft_text(j->draft, 2, "method", method);
    add_texts(j, "headers", "headers");
    if (find(j->root, "cookies") != NULL) {
        gn_draft_open(j->draft, 2, "cookies");
        gn_draft_open(j->draft, 3, "send");
        for (const struct gn_node *v = find(j->root, "cookies")->first;
             v != NULL; v = v->next)
            if (v->kind == GN_NODE_SCALAR && v->key != NULL)
                gn_draft_text(j->draft, 4, v->key->text, v->text);
    }
    if (data != NULL && data->kind == GN_NODE_SCALAR)
        gn_draft_text(j->draft, 2, "data", data->text);
    add_texts(j, "data", "form");
    if (proxy == NULL)
        proxy = text_of(j->root, "http_proxy");
    if (proxy != NULL)
        gn_draft_text(j->draft, 2, "proxy", proxy);
    if (timeout != NULL && timeout[strspn(timeout, "0123456789")] == '\0' &&
        strcmp(timeout, "0") != 0) {
        char seconds[40];

        snprintf(seconds, sizeof seconds, "%.20ss", timeout);
        gn_draft_text(j->draft, 2, "timeout", seconds);
    }
    if (insecure != NULL &&
        (strcmp(insecure, "true") == 0 || strcmp(insecure, "yes") == 0))
        gn_draft_plain(j->draft, 2, "tls", "{ insecure: true }");
}

/* --- what is looked at ---------------------------------------------------- */

/* A text in SQL. */
static void add_literal(struct gn_buf *sql, const char *text)
{
    gn_buf_byte(sql, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            gn_buf_byte(sql, '\'');
        gn_buf_append(sql, *text == '\n' ? " " : text, 1);
    }
    gn_buf_byte(sql, '\'');
}

/* The name of a filter, and its value, if it has one. */
static const char *filter_of(const struct gn_node *one,
                             const struct gn_node **value)
{
    *value = NULL;
    if (one->kind == GN_NODE_SCALAR)
        return one->text;
    if (one->kind == GN_NODE_MAPPING && one->first != NULL) {
        *value = one->first;
        return one->first->key->text;
    }
    return "";
}

static const char *selector_of(const struct gn_node *value, const char *key)
{
    if (value != NULL && value->kind == GN_NODE_SCALAR)
        return value->text;
    return value != NULL ? text_of(value, key) : NULL;
}

/* The rows that one filter's elements are; false: it has no counterpart. */
static bool add_elements(const char *filter, const struct gn_node *value,
                         struct gn_buf *sql)
{
    const bool by_xpath = strcmp(filter, "xpath") == 0;
    const char *text = NULL;

    if (by_xpath)
        text = selector_of(value, "path");
    else if (strcmp(filter, "css") == 0)
        text = selector_of(value, "selector");
    else if (strncmp(filter, "element-by-", 11) != 0)
        return false;
    gn_buf_printf(sql, "select :source as source, i, text from %s(:body, ",
                  by_xpath ? "xpath_each" : "html_each");
    if (text != NULL) {
        add_literal(sql, text);
    } else if (value != NULL && value->kind == GN_NODE_SCALAR) {
        struct gn_buf css = {0};
        const char *kind = filter + 11;

        gn_buf_printf(&css,
                      strcmp(kind, "id") == 0      ? "[id=\"%s\"]"
                      : strcmp(kind, "class") == 0 ? "[class~=\"%s\"]"
                                                   : "%s",
                      value->text);
        add_literal(sql, gn_buf_cstr(&css));
        sql->failed = sql->failed || gn_buf_failed(&css);
        gn_buf_fini(&css);
    } else {
        return false;
    }
    gn_buf_text(sql, ")");
    return true;
}

/* What an element's filter says besides which those are. */
static void note_more(const struct job *j, const char *filter,
                      const struct gn_node *value)
{
    if (value == NULL || value->kind != GN_NODE_MAPPING)
        return;
    for (const struct gn_node *n = value->first; n != NULL; n = n->next)
        if (strcmp(n->key->text, "selector") != 0 &&
            strcmp(n->key->text, "path") != 0)
            gn_draft_note(j->draft, n->key->line,
                          "%.60s of the filter %.60s is left out; say what it "
                          "does in the sql of rows",
                          n->key->text, filter);
}

/* The first filter that chooses elements becomes the rows; html2text is what
 * their text is anyway. */
static void add_filters(const struct job *j)
{
    const struct gn_node *filter = find(j->root, "filter");
    const bool is_list = filter != NULL && filter->kind == GN_NODE_LIST;
    struct gn_buf sql = {0};

    for (const struct gn_node *n = is_list ? filter->first : filter; n != NULL;
         n = is_list ? n->next : NULL) {
        const struct gn_node *value;
        const char *name = filter_of(n, &value);
        struct gn_buf more = {0};

        if (strcmp(name, "html2text") == 0 || strcmp(name, "strip") == 0) {
            if (sql.size == 0)
                gn_buf_text(&sql, "select :source as source, 1 as i,"
                                  " html_text(:body, '') as text");
        } else if (sql.size == 0 && add_elements(name, value, &more)) {
            gn_buf_text(&sql, gn_buf_cstr(&more));
            note_more(j, name, value);
        } else {
            gn_draft_note(j->draft, n->line,
                          "the filter %.60s is left out; say what it does in "
                          "the sql of rows",
                          name);
        }
        sql.failed = sql.failed || gn_buf_failed(&more);
        gn_buf_fini(&more);
    }
    if (sql.size > 0) {
        gn_draft_open(j->draft, 2, "rows");
        gn_draft_text(j->draft, 3, "table", "watched");
        gn_draft_plain(j->draft, 3, "key", "[source, i]");
        gn_draft_block(j->draft, 3, "sql", gn_buf_cstr(&sql));
    }
    j->draft->out->failed = j->draft->out->failed || gn_buf_failed(&sql);
    gn_buf_fini(&sql);
}

/* --- jobs ----------------------------------------------------------------- */

static void note_rest(const struct job *j)
{
    static const char *const known[] = {"name",
                                        "url",
                                        "navigate",
                                        "method",
                                        "headers",
                                        "cookies",
                                        "data",
                                        "timeout",
                                        "filter",
                                        "kind",
                                        "user_visible_url",
                                        "http_proxy",
                                        "https_proxy",
                                        "ssl_no_verify",
                                        NULL};

    for (const struct gn_node *n = j->root->first; n != NULL; n = n->next) {
        size_t i = 0;

        while (known[i] != NULL && strcmp(known[i], n->key->text) != 0)
            i++;
        if (strcmp(n->key->text, "max_tries") == 0)
            gn_draft_note(j->draft, n->key->line,
                          "max_tries is left out: write alert: { to: NAME, "
                          "after: %.20s }, and under notify who NAME is",
                          n->kind == GN_NODE_SCALAR ? n->text : "COUNT");
        else if (known[i] == NULL)
            gn_draft_note(j->draft, n->key->line,
                          "%.60s is left out: it has no counterpart",
                          n->key->text);
    }
}

static void add_job(const struct job *j, const char *every)
{
    const char *name = text_of(j->root, "name");
    const char *url = text_of(j->root, "url");

    if (url == NULL) {
        url = text_of(j->root, "navigate");
        if (url != NULL)
            gn_draft_note(j->draft, j->root->line,
                          "%.200s was read by a browser; garner fetches what "
                          "the server sends",
                          url);
    }
    if (url == NULL) {
        gn_draft_note(j->draft, j->root->line,
                      "the job%s%.100s is left out: it has no url",
                      name != NULL ? " " : "", name != NULL ? name : "");
        return;
    }
    gn_draft_source(j->draft, name, url);
    gn_draft_text(j->draft, 2, "schedule", every);
    add_request(j);
    add_filters(j);
    note_rest(j);
}

/* Where the next document begins: behind a line "---"; NULL: there is none. */
static const char *next_document(const char *text)
{
    for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, "---", 3) == 0 &&
            (at[3] == '\n' || at[3] == '\0' || at[3] == ' ' || at[3] == '\r'))
            return at;
    }
    return NULL;
}

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '#')
            while (i < size && text[i] != '\n')
                i++;
        else if (strchr(" \t\r\n", text[i]) == NULL)
            return false;
    }
    return true;
}

/* text stands behind as many line feeds as lines before it, so that its places
 * are those of the file. */
static enum garner_code add_document(const struct gn_buf *text,
                                     const char *every, struct gn_draft *d,
                                     struct garner_error *err)
{
    struct gn_problems problems = {.path = d->path};
    struct gn_arena memory = {0};
    struct job j = {
        d, gn_tree_parse(gn_buf_cstr(text), text->size, &memory, &problems)};
    struct garner_error found = {0};
    enum garner_code code = gn_problems_result(&problems, &found);

    if (code == GARNER_NOMEM) {
        gn_fail(err, code, "out of memory");
    } else if (code != GARNER_OK) {
        gn_draft_note(d, 0, "a job is left out: %s",
                      found.message + strlen(d->path) + 1);
        code = GARNER_OK;
    } else if (j.root->kind != GN_NODE_MAPPING) {
        gn_draft_note(d, j.root->line,
                      "the document is left out: it is no job");
    } else {
        add_job(&j, every);
    }
    gn_arena_clear(&memory);
    return code;
}

enum garner_code gn_import_urlwatch(const char *text, size_t size,
                                    const struct gn_import_options *options,
                                    struct gn_draft *d,
                                    struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    char *copy = gn_memdup(text, size); /* ends with a NUL */
    const char *from = copy;
    struct gn_buf part = {0};
    size_t lines = 0;

    if (copy == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    while (from != NULL && code == GARNER_OK) {
        const char *end = next_document(from);
        const size_t length = end != NULL ? (size_t)(end - from) : strlen(from);

        gn_buf_clear(&part);
        for (size_t i = 0; i < lines; i++)
            gn_buf_byte(&part, '\n');
        gn_buf_append(&part, from, length);
        if (gn_buf_failed(&part))
            code = gn_fail(err, GARNER_NOMEM, "out of memory");
        else if (!is_blank(from, length))
            code = add_document(&part, options->every, d, err);
        for (size_t i = 0; i < length; i++)
            lines += from[i] == '\n';
        from = end != NULL ? end + 3 : NULL;
    }
    gn_buf_fini(&part);
    gn_free(copy);
    if (code == GARNER_OK && gn_draft_failed(d))
        code = gn_fail(err, GARNER_NOMEM, "out of memory");
    if (code == GARNER_OK && d->sources == 0)
        code =
            gn_fail(err, GARNER_INVALID, "1: there is no job with a url in it");
    return code;
}
