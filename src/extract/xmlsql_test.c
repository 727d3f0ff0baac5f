/* xmlsql_test.c - XML, good and bad, and what SQL makes of it. */
#include "extract/fixture_test.h"

static const char doc[] =
    "<?xml version='1.0'?>\n"
    "<list xmlns='urn:list' xmlns:m='urn:more'>\n"
    " <item id='1'><name> one </name><m:price>1.5</m:price></item>\n"
    " <item id='2'><name>t&lt;o</name></item>\n"
    "</list>";

#define MAP "'{\"l\":\"urn:list\",\"x\":\"urn:more\"}'"

static void rows_of_a_document(void **state)
{
    (void)state;
    assert_sql(
        "select i, tag, text, attrs from xml_each(?, '//l:item', " MAP ")", doc,
        "1|item|one 1.5|{\"id\":\"1\"}\n2|item|t<o|{\"id\":\"2\"}\n");
    assert_sql("select xml_text(n.node, 'l:name', " MAP "), xml_text(n.node, "
               "'x:price', " MAP "), xml_text(n.node, 'number(@id)') from "
               "xml_each(?, '//l:item', " MAP ") n",
               doc, "one|1.5|1.0\nt<o|~|2.0\n");
    assert_sql("select xml from xml_each(?, '//m:price')", doc,
               "<m:price xmlns:m=\"urn:more\">1.5</m:price>\n");
    assert_sql("select tag, text, xml from xml_each(?, '//@id')", doc,
               "@id|1|1\n@id|2|2\n");
    assert_sql("select text, typeof(text), tag from xml_each(?, "
               "'count(//*)')",
               doc, "6.0|real|~\n");
    assert_sql("select xml_text(?, 'string(//@id)'), xml_text(?1, '1 = 1'), "
               "xml_text(?1, '//none')",
               doc, "1|1|~\n");
    assert_sql("select count(*) from xml_each(?, '//item')", doc, "0\n");
    assert_sql("select count(*), node is null from xml_each(?, "
               "'/*/namespace::*')",
               doc, "3|1\n");
    assert_int_equal(sandbox.functions.html.documents.count, 1);
}

static void null_gives_nothing(void **state)
{
    (void)state;
    assert_sql("select * from xml_each(null, '//a')", "", "");
    assert_sql("select * from xml_each('<a/>', null)", "", "");
    assert_sql("select count(*) from xml_each('<a/>', '//a', null)", "", "1\n");
    assert_sql("select xml_text(null, 'a'), xml_text('<a/>', null)", "",
               "~|~\n");
}

static void prefixes_are_those_of_the_map_alone_or_declared(void **state)
{
    static const char both[] = "<a xmlns:p='urn:1'><p:b/><c xmlns:p='urn:2'>"
                               "<p:b>two</p:b></c></a>";

    (void)state;
    assert_sql("select text from xml_each(?, '//p:b')", both, "\n");
    assert_sql("select text from xml_each(?, '//p:b', '{\"p\":\"urn:2\"}')",
               both, "two\n");
    assert_sql("select b.text from xml_each(?, '//c') c, xml_each(c.node, "
               "'p:b') b",
               both, "two\n");
    assert_sql("select text from xml_each(?, '//m:price') where "
               "xml_text('<a/>', '//*') = ''",
               doc, "1.5\n");
    assert_sql("select text from xml_each('<a/>', '//m:price')", "",
               "!xml_each: the XPath at column 3: no namespace has this "
               "prefix: //^m:price");
}

static void what_is_wrong_is_told(void **state)
{
    static const char *const maps[] = {"[\"a\"]", "{\"a\":1}", "{\"\":\"u\"}",
                                       "{",       "x",         "7"};

    (void)state;
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        char sql[100];

        sqlite3_snprintf(sizeof sql, sql,
                         "select 1 from xml_each('<a/>', '//a', %Q)", maps[i]);
        assert_sql(sql, "",
                   "!xml_each: namespaces are no JSON object of texts, such "
                   "as {\"a\":\"http://www.w3.org/2005/Atom\"}");
    }
    assert_sql("select 1 from xml_each(?, '//a')", "<a>\n<b>",
               "!xml_each: no XML from line 2, column 4 on: Premature end of "
               "data in tag b line 2");
    assert_sql("select xml_text(?, '//a')", "",
               "!xml_text: the text is empty, not XML");
    assert_sql("select xml_text('<a/>', '//a[')", "",
               "!xml_text: the XPath at column 5: it is no XPath expression: "
               "//a[^");
    assert_sql("select 1 from xml_each('<a/>')", "",
               "!xml_each(doc, xpath[, namespaces]): argument 2 is missing");
    assert_sql("select html_text(node, 'a') from xml_each('<a/>', '/a')", "",
               "!html_text: the node is one of XML, not of HTML");
    assert_sql("select xml_text(node, 'a') from html_each('<p>', 'p')", "",
               "!xml_text: the node is one of HTML, not of XML");
}

static void one_text_is_html_and_xml(void **state)
{
    (void)state;
    assert_sql("select html_text(?, 'p'), xml_text(?1, '//p')", "<p>x</p>",
               "x|x\n");
    assert_int_equal(sandbox.functions.html.documents.count, 2);
}

static void hostile_documents_are_survived(void **state)
{
    struct gn_buf body = many("<a>", 100000);
    sqlite3_stmt *stmt;

    (void)state;
    assert_sql_n("select 1 from xml_each(?, '//a')", body.data, body.size,
                 "!xml_each: no XML from line 1, column 772 on: Excessive "
                 "depth in document: 256");
    gn_buf_fini(&body);
    body = many("<", 1000000);
    assert_sql_n("select 1 from xml_each(?, '//a')", body.data, body.size,
                 "!xml_each: no XML from line 1, column 2 on: StartTag: "
                 "invalid element name");
    gn_buf_fini(&body);
    gn_sandbox_arm(&sandbox, 0);
    assert_int_equal(sqlite3_prepare_v2(sandbox.db,
                                        "select xml_text('<p/>', '//p')", -1,
                                        &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_INTERRUPT);
    sqlite3_finalize(stmt);
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    assert_sql_lost("select tag, text, xml, attrs from xml_each(?, "
                    "'//l:item[2]/l:name', " MAP ")",
                    doc, sizeof doc - 1, 8,
                    "name|t<o|<name xmlns=\"urn:list\">t&lt;o"
                    "</name>|{}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_a_document),
        cmocka_unit_test(null_gives_nothing),
        cmocka_unit_test(prefixes_are_those_of_the_map_alone_or_declared),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(one_text_is_html_and_xml),
        cmocka_unit_test(hostile_documents_are_survived),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
