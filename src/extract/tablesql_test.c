/* tablesql_test.c - tables of HTML in SQL. */
#include "extract/fixture_test.h"

static const char page[] =
    "<table id=a><tr><td>x<td>y</table>"
    "<div class=b><table><tr><th>k<th>v\"<tr><td>1<td>2<td>3<tr><td>4"
    "</table></div>";

static void rows_of_tables(void **state)
{
    (void)state;
    assert_sql("select * from html_table(?, '.b table')", page,
               "1|{\"k\":\"1\",\"v\\\"\":\"2\"}|[\"1\",\"2\",\"3\"]\n"
               "2|{\"k\":\"4\"}|[\"4\"]\n");
    assert_sql("select rec->>'$.k' from html_table(?, '.b')", page, "1\n4\n");
    assert_sql("select * from html_table(?, 'table')", page,
               "1|~|[\"x\",\"y\"]\n");
    assert_sql("select cells from html_table(?, '')", page, "[\"x\",\"y\"]\n");
    assert_sql("select cells->>0 from html_each(?, 'div') d, "
               "html_table(d.node, '')",
               page, "1\n4\n");
    assert_sql("select count(*) from html_table(?, 'p')", page, "0\n");
    assert_sql("select count(*) from html_table('<p>', 'p')", page, "0\n");
    assert_sql("select 1 from html_table(null, 'p')", page, "");
    assert_sql("select 1 from html_table(?, null)", page, "");
    assert_sql("select 1 from html_table('', 'table')", page, "");
}

static void what_is_wrong_is_told(void **state)
{
    struct gn_buf body = many("<table><tr><td colspan=1000>", 1);

    (void)state;
    assert_sql("select 1 from html_table(?, 'p:hover')", page,
               "!html_table: the selector at column 2: no such pseudo-class: "
               "p^:hover");
    assert_sql("select 1 from html_table(?)", page,
               "!html_table(doc, css): argument 2 is missing");
    for (int i = 0; i < 4; i++)
        gn_buf_text(&body, "<td colspan=1000>");
    gn_buf_text(&body, "<tr><td>");
    assert_sql_n("select 1 from html_table(?, 'table')", body.data, body.size,
                 "!html_table: row 1 of the table has more than 4096 columns");
    gn_buf_fini(&body);
    assert_sql("select i from html_table(?, 'table')",
               "<table><tr><td>1<tr><td colspan=999>1<td colspan=999>1<td "
               "colspan=999>1<td colspan=999>1<td colspan=999>1",
               "1\n!html_table: row 2 of the table has more than 4096 columns");
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    assert_sql_lost("select rec from html_table(?, '.b') where i = 1", page,
                    sizeof page - 1, 8, "{\"k\":\"1\",\"v\\\"\":\"2\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_tables),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
