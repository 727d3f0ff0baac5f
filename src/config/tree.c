#include "config/tree.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/mem.h"
#include "config/hint.h"

/* A list or mapping that is not at its end yet. */
struct level {
    struct gn_node *node;
    struct gn_node *key; /* read, its value not yet; NULL: none */
    struct gn_node **tail;
};

struct reader {
    yaml_parser_t parser;
    const char *data;
    size_t size;
    struct gn_arena *memory;
    struct gn_problems *problems;
    struct gn_node *root;
    size_t nodes;
    size_t documents;
    size_t depth;
    struct level levels[GN_TREE_DEPTH_MAX];
};

static int place(size_t from_0)
{
    return from_0 < INT_MAX ? (int)from_0 + 1 : INT_MAX;
}

/* Where the line begins that holds byte at; *line is its number from 0. */
static size_t line_start(const struct reader *r, size_t at, size_t *line)
{
    size_t start = 0;

    *line = 0;
    for (size_t i = 0; i < at && i < r->size; i++)
        if (r->data[i] == '\n') {
            start = i + 1;
            ++*line;
        }
    return start;
}

/* What the reader of bytes finds has an offset in place of a mark. */
static void byte_problem(struct reader *r, struct gn_hint_fault *fault)
{
    char hint[160];
    size_t line;
    const size_t start = line_start(r, r->parser.problem_offset, &line);
    size_t column = 0;

    for (size_t i = start; i < r->parser.problem_offset && i < r->size; i++)
        column += (r->data[i] & 0xc0) != 0x80;
    gn_hint(fault, hint);
    gn_problem(r->problems, place(line), place(column), "%s", hint);
}

static void syntax_problem(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    struct gn_hint_fault fault = {.problem = p->problem != NULL ? p->problem
                                                                : "unreadable",
                                  .context = p->context,
                                  .column = p->problem_mark.column,
                                  .context_line = p->context_mark.line};
    const char *text = r->data;
    const char *end = r->data + r->size;
    char hint[160];

    if (p->error == YAML_MEMORY_ERROR) {
        gn_problem_memory(r->problems);
        return;
    }
    if (p->error == YAML_READER_ERROR) {
        byte_problem(r, &fault);
        return;
    }
    for (size_t n = 0; n < p->problem_mark.line && text < end; n++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));

        text = stop != NULL ? stop + 1 : end;
    }
    fault.text = text;
    while (text < end && *text != '\n')
        text++;
    fault.size = (size_t)(text - fault.text);
    gn_hint(&fault, hint);
    gn_problem(r->problems, place(p->problem_mark.line),
               place(p->problem_mark.column), "%s", hint);
}

static struct gn_node *new_node(struct reader *r, enum gn_node_kind kind,
                                yaml_mark_t mark)
{
    struct gn_node *node = NULL;

    if (++r->nodes > GN_TREE_NODES_MAX) {
        gn_problem(r->problems, place(mark.line), place(mark.column),
                   "the file has more than %d values; split it",
                   GN_TREE_NODES_MAX);
        return NULL;
    }
    node = gn_arena_zeroed(r->memory, sizeof *node);
    if (node == NULL) {
        gn_problem_memory(r->problems);
        return NULL;
    }
    node->kind = kind;
    node->line = place(mark.line);
    node->column = place(mark.column);
    return node;
}

/* Puts node where the tree grows. */
static bool attach(struct reader *r, struct gn_node *node)
{
    struct level *top = r->depth > 0 ? &r->levels[r->depth - 1] : NULL;

    if (top == NULL) {
        r->root = node;
    } else if (top->node->kind == GN_NODE_LIST || top->key != NULL) {
        node->key = top->key;
        top->key = NULL;
        *top->tail = node;
        top->tail = &node->next;
        top->node->count++;
    } else if (node->kind == GN_NODE_SCALAR) {
        top->key = node;
    } else {
        gn_problem(r->problems, node->line, node->column,
                   "a key must be one word; quote it if it begins with { or [");
        return false;
    }
    return true;
}

static bool add_scalar(struct reader *r, const yaml_event_t *e)
{
    struct gn_node *node = new_node(r, GN_NODE_SCALAR, e->start_mark);
    const yaml_scalar_style_t style = e->data.scalar.style;
    const char *text = (const char *)e->data.scalar.value;
    const size_t size = e->data.scalar.length;

    if (node == NULL)
        return false;
    if (memchr(text, '\0', size) != NULL) {
        gn_problem(r->problems, node->line, node->column,
                   "a NUL character cannot be part of a value; remove it");
        return false;
    }
    node->plain = style == YAML_PLAIN_SCALAR_STYLE;
    node->block =
        style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    node->text = gn_arena_copy(r->memory, text, size);
    if (node->text == NULL) {
        gn_problem_memory(r->problems);
        return false;
    }
    return attach(r, node);
}

static bool open_level(struct reader *r, enum gn_node_kind kind,
                       const yaml_event_t *e)
{
    struct gn_node *node = new_node(r, kind, e->start_mark);

    if (node == NULL || !attach(r, node))
        return false;
    if (r->depth == GN_TREE_DEPTH_MAX) {
        gn_problem(r->problems, node->line, node->column,
                   "nested more than %d deep; nothing garner reads is",
                   GN_TREE_DEPTH_MAX);
        return false;
    }
    r->levels[r->depth++] = (struct level){node, NULL, &node->first};
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct gn_node *x = *(const struct gn_node *const *)a;
    const struct gn_node *y = *(const struct gn_node *const *)b;
    const int order = strcmp(x->key->text, y->key->text);

    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static void twice(struct reader *r, const struct gn_node *first,
                  const struct gn_node *again)
{
    gn_problem(r->problems, again->key->line, again->key->column,
               "\"%.60s\" is given twice, first in line %d; remove one, or "
               "give it another name",
               again->key->text, first->key->line);
}

/* By sorting: a mapping may have very many keys. */
static bool check_keys(struct reader *r, const struct gn_node *mapping)
{
    const struct gn_node **values;
    size_t n = 0;

    if (mapping->count < 2)
        return true;
    values = gn_alloc(mapping->count * sizeof(struct gn_node *));
    if (values == NULL) {
        gn_problem_memory(r->problems);
        return false;
    }
    for (const struct gn_node *v = mapping->first; v != NULL; v = v->next)
        values[n++] = v;
    qsort(values, n, sizeof(struct gn_node *), by_key);
    for (size_t i = 1; i < n; i++)
        if (strcmp(values[i - 1]->key->text, values[i]->key->text) == 0)
            twice(r, values[i - 1], values[i]);
    gn_free(values);
    return true;
}

/* What YAML can and this file must not. */
static bool refuse(struct reader *r, const yaml_event_t *e, const char *what)
{
    gn_problem(r->problems, place(e->start_mark.line),
               place(e->start_mark.column), "%s", what);
    return false;
}

static bool check_extras(struct reader *r, const yaml_event_t *e,
                         const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL)
        return refuse(r, e,
                      "anchors (&name) are not read; write the value out, or "
                      "quote it if it is text");
    if (tag != NULL)
        return refuse(r, e,
                      "tags (!name) are not read; remove it, or quote the "
                      "value if it is text");
    return true;
}

static bool take(struct reader *r, const yaml_event_t *e)
{
    switch ((int)e->type) {
    case YAML_DOCUMENT_START_EVENT:
        return r->documents++ == 0 ||
               refuse(r, e, "a second document begins here; remove the ---");
    case YAML_ALIAS_EVENT:
        return refuse(r, e,
                      "aliases (*name) are not read; write the value out, or "
                      "quote it if it is text");
    case YAML_SCALAR_EVENT:
        return check_extras(r, e, e->data.scalar.anchor, e->data.scalar.tag) &&
               add_scalar(r, e);
    case YAML_SEQUENCE_START_EVENT:
        return check_extras(r, e, e->data.sequence_start.anchor,
                            e->data.sequence_start.tag) &&
               open_level(r, GN_NODE_LIST, e);
    case YAML_MAPPING_START_EVENT:
        return check_extras(r, e, e->data.mapping_start.anchor,
                            e->data.mapping_start.tag) &&
               open_level(r, GN_NODE_MAPPING, e);
    case YAML_SEQUENCE_END_EVENT:
        r->depth--;
        return true;
    case YAML_MAPPING_END_EVENT:
        return check_keys(r, r->levels[--r->depth].node);
    default:
        return true;
    }
}

static bool read_all(struct reader *r)
{
    bool more = true;
    bool good = true;

    yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->data,
                                 r->size);
    while (good && more) {
        yaml_event_t event;

        if (!yaml_parser_parse(&r->parser, &event)) {
            syntax_problem(r);
            return false;
        }
        good = take(r, &event);
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    return good;
}

struct gn_node *gn_tree_parse(const char *data, size_t size,
                              struct gn_arena *memory,
                              struct gn_problems *problems)
{
    struct reader r = {
        .data = data, .size = size, .memory = memory, .problems = problems};
    bool good;

    if (size > GN_TREE_BYTES_MAX) {
        gn_problem(problems, 0, 0, "larger than %d MiB; split it",
                   GN_TREE_BYTES_MAX >> 20);
        return NULL;
    }
    if (!yaml_parser_initialize(&r.parser)) {
        gn_problem_memory(problems);
        return NULL;
    }
    good = read_all(&r);
    yaml_parser_delete(&r.parser);
    if (good && r.root == NULL)
        gn_problem(problems, 1, 1,
                   "the file is empty; begin it with \"garner: 1\"");
    return good ? r.root : NULL;
}
