// The line that says what A and B are, in their colours. Names give way where it is narrow. Window's thread.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

#include <vector>

namespace slopescope::ui {

class VariantChips : public QWidget {
    Q_OBJECT
public:
    struct Chip {
        QString letter; // "A"
        QString name;
        QColor colour;
        bool operator==(const Chip&) const = default;
    };

    explicit VariantChips(QWidget* parent = nullptr);

    void setChips(const std::vector<Chip>& chips, const QString& caption); // the caption stands behind them
    const std::vector<Chip>& chips() const { return m_chips; }
    QString caption() const { return m_caption; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<Chip> m_chips;
    QString m_caption;
};

} // namespace slopescope::ui
