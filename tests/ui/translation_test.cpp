// The translations as files: what a sentence is filled with must be there in every language.
#include <QFile>
#include <QRegularExpression>
#include <QStringList>
#include <QXmlStreamReader>

#include <gtest/gtest.h>

namespace {

QStringList placeholders(const QString& text) {
    static const QRegularExpression form(QStringLiteral("%\\d"));
    QStringList found;
    for (auto all = form.globalMatch(text); all.hasNext();)
        found << all.next().captured();
    found.sort();
    return found;
}

// An accelerator ("&File") is a promise to the keyboard that a translation keeps.
bool hasAccelerator(const QString& text) {
    static const QRegularExpression form(QStringLiteral("&\\w"));
    return form.match(text).hasMatch();
}

TEST(Translation, KeepsPlaceholdersAndAccelerators) {
    QFile file(QStringLiteral(SLOPESCOPE_RESOURCES "/translations/slopescope_ko.ts"));
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    QXmlStreamReader xml(&file);
    QString source;
    int sentences = 0;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (xml.name() == u"source")
            source = xml.readElementText();
        if (xml.name() != u"translation")
            continue;
        EXPECT_TRUE(xml.attributes().value("type").isEmpty()) << "not translated: " << source.toStdString();
        const QString translated = xml.readElementText();
        EXPECT_FALSE(translated.isEmpty()) << source.toStdString();
        EXPECT_EQ(placeholders(source), placeholders(translated)) << source.toStdString();
        EXPECT_EQ(hasAccelerator(source), hasAccelerator(translated)) << source.toStdString();
        ++sentences;
    }
    EXPECT_FALSE(xml.hasError()) << xml.errorString().toStdString();
    EXPECT_GT(sentences, 300);
}

} // namespace
