# /// script
# dependencies = ["PySide6-Essentials"]
# ///
"""Qt without a screen: finds its plugins beside its libraries, draws an image, signals, a timer, a widget, QML, translations."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6 import QtCore, QtGui, QtNetwork, QtSql, QtWidgets

application = QtWidgets.QApplication(["app"])
print("platform", application.platformName(), "png" in [bytes(one).decode() for one in QtGui.QImageReader.supportedImageFormats()])
image = QtGui.QImage(20, 20, QtGui.QImage.Format.Format_RGB32)
image.fill(QtGui.QColor("red"))
data = QtCore.QByteArray()
buffer = QtCore.QBuffer(data)
buffer.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
print("image", image.save(buffer, "JPG"), QtGui.QImage.fromData(data).width())


class Sender(QtCore.QObject):
    said = QtCore.Signal(str)


sender = Sender()
sender.said.connect(lambda text: print("signal", text))
sender.said.emit("hello")
button = QtWidgets.QPushButton("Press")
button.clicked.connect(lambda: print("clicked", button.text()))
button.show()
QtCore.QTimer.singleShot(0, button.click)
QtCore.QTimer.singleShot(50, application.quit)
print("ended", application.exec())
database = QtSql.QSqlDatabase.addDatabase("QSQLITE")
database.setDatabaseName(":memory:")
query = QtSql.QSqlQuery(database) if database.open() else None
print("sql", query.exec("SELECT 6 * 7"), query.next(), query.value(0))
print("url", QtCore.QUrl("http://a/b?c").path(), QtNetwork.QHostAddress("127.0.0.1").isLoopback())
print("pattern", QtCore.QRegularExpression(r"(\d+)").match("a42").captured(1), QtCore.QLocale("de").toString(1.5))
