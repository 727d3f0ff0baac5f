#include "config/payload.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "config/check.h"
#include "config/common.h"
#include "config/fill.h"
#include "extract/jsonfault.h"

/* headers */

static const char *header_line(struct gn_problems *p,
                               const struct gn_node *node, struct gn_scope *s)
{
    const char *name = node->key->text;
    const char *value = gn_fill_text(p, node, s);
    struct garner_error err;
    const char *line;

    if (value == NULL ||
        !gn_scope_passed(p, node, gn_check_header(name, value, &err), &err))
        return NULL;
    line = gn_arena_printf(s->memory, "%s: %s", name, value);
    if (line == NULL)
        gn_problem_memory(p);
    return line;
}

void gn_payload_headers(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    struct gn_scope *s = scope;
    const char **lines = gn_scope_lines(p, node, s, header_line);

    if (lines != NULL)
        s->source->request.headers = lines;
}

/* Adds a header, in place of none of that name. */
static void add_header(struct gn_problems *p, struct gn_scope *s,
                       const char *name, const char *value)
{
    const char *const *old = s->source->request.headers;
    const size_t size = strlen(name);
    const char **lines;
    size_t count = 0;

    for (; old != NULL && old[count] != NULL; count++)
        if (strncasecmp(old[count], name, size) == 0 && old[count][size] == ':')
            return;
    lines = gn_scope_get(p, s, count + 2, sizeof(char *));
    if (lines == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        lines[i] = old[i];
    lines[count] = gn_arena_printf(s->memory, "%s: %s", name, value);
    if (lines[count] == NULL)
        gn_problem_memory(p);
    s->source->request.headers = lines;
}

/* data */

/* NULL: noted. */
static void send_text(struct gn_scope *s, const char *text)
{
    s->source->request.body = text;
    s->source->request.body_size = text != NULL ? strlen(text) : 0;
}

void gn_payload_data(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    struct gn_scope *s = scope;

    send_text(s, gn_fill_text(p, node, s));
}

/* Makes text the body. */
static void set_body(struct gn_problems *p, struct gn_scope *s,
                     const struct gn_buf *text)
{
    struct gn_request *r = &s->source->request;

    r->body = gn_buf_failed(text)
                  ? NULL
                  : gn_arena_copy(s->memory, gn_buf_cstr(text), text->size);
    r->body_size = text->size;
    if (r->body == NULL)
        gn_problem_memory(p);
}

/* json */

static const char *digits(const char *text)
{
    return text + strspn(text, "0123456789");
}

/* Whether text is a number in JSON (RFC 8259, section 6). */
static bool is_number(const char *text)
{
    const char *at = text + (*text == '-');
    const char *end = digits(at);

    if (end == at || (*at == '0' && end > at + 1))
        return false;
    if (*end == '.') {
        at = end + 1;
        end = digits(at);
        if (end == at)
            return false;
    }
    if (*end == 'e' || *end == 'E') {
        at = end + 1;
        at += *at == '+' || *at == '-';
        end = digits(at);
        if (end == at)
            return false;
    }
    return *end == '\0';
}

static void add_scalar(struct gn_problems *p, const struct gn_node *node,
                       struct gn_scope *s, struct gn_json *j)
{
    const char *text = node->text;

    if (node->plain &&
        (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        gn_json_bool(j, text[0] == 't');
    else if (node->plain && strcmp(text, "null") == 0)
        gn_json_null(j);
    else if (node->plain && is_number(text))
        gn_json_number(j, text);
    else
        gn_json_text(j, gn_fill_text(p, node, s));
}

/* The tree is GN_TREE_DEPTH_MAX deep at most. NOLINTBEGIN(misc-no-recursion) */
static void add_json(struct gn_problems *p, const struct gn_node *node,
                     struct gn_scope *s, struct gn_json *j)
{
    const bool is_list = node->kind == GN_NODE_LIST;

    if (node->kind == GN_NODE_SCALAR) {
        add_scalar(p, node, s, j);
        return;
    }
    gn_json_open(j, is_list ? '[' : '{');
    for (const struct gn_node *v = node->first; v != NULL; v = v->next) {
        if (!is_list)
            gn_json_key(j, v->key->text);
        add_json(p, v, s, j);
    }
    gn_json_close(j, is_list ? ']' : '}');
}
/* NOLINTEND(misc-no-recursion) */

void gn_payload_json(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    (void)p;
    ((struct gn_scope *)scope)->json = node;
}

/* Text that is to be JSON, as it is but for variables. */
static void finish_written(struct gn_problems *p, const struct gn_node *node,
                           struct gn_scope *s)
{
    struct gn_secret *found = NULL;
    const char *text = gn_common_apart(p, node, s, &found);
    struct gn_json_fault fault;

    if (text != NULL && gn_json_fault(text, strlen(text), &fault) &&
        !gn_scope_stands_in(s, text)) {
        gn_walk_problem(p, node,
                        "json: at byte %zu of the text: %s; write JSON, or a "
                        "mapping or list to make it of",
                        fault.at + 1, fault.what);
        return;
    }
    send_text(s, gn_fill_json(p, text, found, s));
}

static void finish_json(struct gn_problems *p, struct gn_scope *s)
{
    const struct gn_node *node = s->json;
    struct gn_buf out = {0};
    struct gn_json j;

    if (node->kind == GN_NODE_SCALAR) {
        finish_written(p, node, s);
    } else {
        gn_json_init(&j, &out);
        add_json(p, node, s, &j);
        set_body(p, s, &out);
        gn_buf_fini(&out);
    }
    add_header(p, s, "Content-Type", "application/json");
    add_header(p, s, "Accept", "application/json");
}

/* form */

/* As application/x-www-form-urlencoded (WHATWG URL, 5.2). */
static void encode(struct gn_buf *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
            (*c >= '0' && *c <= '9') || strchr("*-._", *c) != NULL)
            gn_buf_byte(out, *c);
        else if (*c == ' ')
            gn_buf_byte(out, '+');
        else
            gn_buf_printf(out, "%%%02X", (unsigned char)*c);
}

static void add_field(struct gn_problems *p, const char *name,
                      const struct gn_node *node, struct gn_scope *s,
                      struct gn_buf *out)
{
    const char *value = gn_fill_text(p, node, s);

    if (value == NULL)
        return;
    if (out->size > 0)
        gn_buf_byte(out, '&');
    encode(out, name);
    gn_buf_byte(out, '=');
    encode(out, value);
}

void gn_payload_form(struct gn_problems *p, const struct gn_node *node,
                     void *scope)
{
    if (gn_scope_mapping(p, node))
        ((struct gn_scope *)scope)->form = node;
}

static void finish_form(struct gn_problems *p, struct gn_scope *s)
{
    struct gn_buf out = {0};

    for (const struct gn_node *v = s->form->first; v != NULL; v = v->next)
        if (v->kind == GN_NODE_LIST)
            for (const struct gn_node *one = v->first; one != NULL;
                 one = one->next)
                add_field(p, v->key->text, one, s, &out);
        else
            add_field(p, v->key->text, v, s, &out);
    set_body(p, s, &out);
    gn_buf_fini(&out);
    add_header(p, s, "Content-Type", "application/x-www-form-urlencoded");
}

void gn_payload_finish(struct gn_problems *p, const struct gn_node *source,
                       struct gn_scope *s)
{
    const struct gn_node *node = s->json != NULL ? s->json : s->form;

    gn_fill_user_agent(p, source, s);
    if ((s->json != NULL) + (s->form != NULL) +
            (s->source->request.body != NULL) >
        1)
        gn_walk_problem(p, node->key,
                        "a request has one body: write data, json or form");
    else if (s->json != NULL)
        finish_json(p, s);
    else if (s->form != NULL)
        finish_form(p, s);
}
