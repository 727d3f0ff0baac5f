/* htmltable_test.c - tables as people draw them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/htmlnode.h"
#include "extract/htmltable.h"
#include "extract/htmltree.h"
#include "extract/nodeorder.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};

static const xmlNode *first_table(const xmlDoc *doc)
{
    const xmlNode *n = (const xmlNode *)doc;

    while (n != NULL &&
           strcmp((const char *)n->name != NULL ? (const char *)n->name : "",
                  "table") != 0)
        n = gn_nodeorder_after(n, (const xmlNode *)doc);
    return n;
}

static void append_texts(const struct gn_htmltable *t, bool names,
                         struct gn_buf *out)
{
    const size_t count = names ? t->named : t->width;

    for (size_t i = 0; i < count; i++)
        gn_buf_printf(
            out, "%s%s", i > 0 ? "|" : "",
            gn_buf_cstr(names ? &t->columns[i].name : &t->columns[i].text));
    gn_buf_byte(out, '\n');
}

/* The names, and the rows below. */
static enum garner_code read_table(const char *html, size_t size,
                                   struct gn_buf *out, struct garner_error *err)
{
    struct gn_htmltable t;
    enum garner_code code;
    xmlDoc *doc;

    assert_int_equal(gn_htmltree_parse(html, size, &budget, &doc, NULL),
                     GARNER_OK);
    code = gn_htmltable_open(&t, first_table(doc), &budget, err);
    if (code == GARNER_OK)
        append_texts(&t, true, out);
    while (code == GARNER_OK && t.row != NULL) {
        append_texts(&t, false, out);
        code = gn_htmltable_next(&t, err);
    }
    gn_htmltable_close(&t);
    gn_htmlnode_free(doc);
    return code;
}

static void table_is(const char *html, const char *expected)
{
    struct gn_buf out = {0};
    struct garner_error err = {0};

    if (read_table(html, strlen(html), &out, &err) != GARNER_OK)
        gn_buf_printf(&out, "!%s", err.message);
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_buf_fini(&out);
}

static void headers(void **state)
{
    (void)state;
    table_is("<table><caption>C</caption><thead><tr><td> a <th>b</thead><tr>"
             "<td>1<td>2<tfoot><tr><td>3<td>4</table>",
             "a|b\n1|2\n3|4\n");
    table_is("<table><tr><th>a<th>b<tr><th>1<td>2<tr><td>3</table>",
             "a|b\n1|2\n3\n");
    table_is("<table><tr><td>1<td>2</table>", "\n1|2\n");
    table_is("<table></table>", "\n");
    table_is("<table><tr><th>a</table>", "a\n");
    table_is("<table><tr><th>a<tr></tr><tr><td>1</tr><tr></tr></table>",
             "a\n1\n");
    table_is("<table><tr><th>a<th>a<th><th>a<th>a 2<th>4</table>",
             "a|a 2|3|a 3|a 2 2|4\n");
    table_is("<table><thead><tr><th rowspan=2>day<th colspan=2>price<tr>"
             "<th>min<th>max</thead><tr><td>x<td>1<td>2</table>",
             "day|price min|price max\nx|1|2\n");
}

static void spans(void **state)
{
    (void)state;
    table_is("<table><tr><th>a<th>b<th>c<tr><td rowspan=2>1<td colspan=2>2"
             "<tr><td>3<td>4<tr><td>5</table>",
             "a|b|c\n1|2|2\n1|3|4\n5\n");
    table_is("<table><tr><td rowspan=0>1<td>2<tr><td>3<tbody><tr><td>4"
             "</table>",
             "\n1|2\n1|3\n4\n");
    table_is("<table><tr><td rowspan=9>1<td>2<tbody><tr><td>3</table>",
             "\n1|2\n3\n");
    table_is("<table><tr><td>1<td rowspan=2>2<tr></tr><tr><td>3</table>",
             "\n1|2\n|2\n3\n");
    table_is("<table><tr><td>1<td rowspan=2>2<tr><td colspan=2>3<td>4</table>",
             "\n1|2\n3|2|4\n");
    table_is("<table><tr><td colspan=0>1<td colspan=x rowspan=-1>2<td "
             "colspan=' 2'>3</table>",
             "\n1|2|3|3\n");
}

static void cells_may_hold_anything(void **state)
{
    (void)state;
    table_is("<table><tr><td><table><tr><td>in</table>out<td>x<br>y</table>",
             "\nin out|x y\n");
}

static struct gn_buf table_of(const char *unit, size_t n)
{
    struct gn_buf html = {0};

    gn_buf_text(&html, "<table><tr>");
    for (size_t i = 0; i < n; i++)
        gn_buf_text(&html, unit);
    return html;
}

static void bounds_are_kept(void **state)
{
    static const struct {
        const char *unit;
        size_t n;
        const char *error; /* NULL: none */
    } cases[] = {
        {"<td colspan=1000>", 5,
         "row 1 of the table has more than 4096 columns"},
        {"<td colspan=99999999999999999999>", 4, NULL},
        {"<td>", 4097, "row 1 of the table has more than 4096 columns"},
        {"<th>a", 4096, NULL},
        {"<td>1<tr>", 100000, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf html = table_of(cases[i].unit, cases[i].n);
        struct gn_buf out = {0};
        struct garner_error err = {0};

        assert_int_equal(read_table(html.data, html.size, &out, &err),
                         cases[i].error != NULL ? GARNER_INVALID : GARNER_OK);
        if (cases[i].error != NULL)
            assert_string_equal(err.message, cases[i].error);
        gn_buf_fini(&out);
        gn_buf_fini(&html);
    }
}

static void a_row_is_not_too_large(void **state)
{
    struct gn_buf html = {0};
    struct gn_buf out = {0};
    struct garner_error err = {0};

    (void)state;
    gn_buf_text(&html, "<table><tr><td><tr><td colspan=1000>");
    for (size_t i = 0; i < 20000; i++)
        gn_buf_byte(&html, 'x');
    assert_int_equal(read_table(html.data, html.size, &out, &err),
                     GARNER_INVALID);
    assert_string_equal(err.message, "row 2 of the table has more than 16 MiB");
    gn_buf_fini(&html);
    gn_buf_fini(&out);
}

static void the_time_ends(void **state)
{
    struct gn_budget none = {0};
    struct gn_htmltable t;
    xmlDoc *doc;

    (void)state;
    assert_int_equal(
        gn_htmltree_parse("<table><tr><th>a", 16, &budget, &doc, NULL),
        GARNER_OK);
    assert_int_equal(gn_htmltable_open(&t, first_table(doc), &none, NULL),
                     GARNER_TIMEOUT);
    gn_htmltable_close(&t);
    gn_htmlnode_free(doc);
}

static void lost_memory_is_an_error(void **state)
{
    static const char html[] =
        "<table><tr><th>a<th>a<tr><td rowspan=2>1<td>2</table>";
    struct gn_htmltable t;
    unsigned failures = 0;
    xmlDoc *doc;

    (void)state;
    assert_int_equal(
        gn_htmltree_parse(html, sizeof html - 1, &budget, &doc, NULL),
        GARNER_OK);
    for (unsigned nth = 1; nth < 20; nth++) {
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_htmltable_open(&t, first_table(doc), &budget, NULL);
        gn_mem_fail_at(0);
        if (code == GARNER_NOMEM)
            failures++;
        else
            assert_string_equal(gn_buf_cstr(&t.columns[1].text), "2");
        gn_htmltable_close(&t);
    }
    assert_in_range(failures, 4, 18);
    gn_htmlnode_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers),
        cmocka_unit_test(spans),
        cmocka_unit_test(cells_may_hold_anything),
        cmocka_unit_test(bounds_are_kept),
        cmocka_unit_test(a_row_is_not_too_large),
        cmocka_unit_test(the_time_ends),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
