# /// script
# dependencies = ["flask-admin", "flask-sqlalchemy", "wtforms"]
# ///
"""Pages of the administration with its templates and static files, a form that adds a row, and a file browser of a package."""

import os

import flask
import flask_admin
import flask_admin.contrib.fileadmin
import flask_admin.contrib.sqla
import flask_sqlalchemy

app = flask.Flask(__name__)
app.config.update(SECRET_KEY="x", SQLALCHEMY_DATABASE_URI="sqlite://", WTF_CSRF_ENABLED=False)
database = flask_sqlalchemy.SQLAlchemy(app)


class Book(database.Model):
    id = database.Column(database.Integer, primary_key=True)
    title = database.Column(database.String(30))


admin = flask_admin.Admin(app, name="shop")
admin.add_view(flask_admin.contrib.sqla.ModelView(Book, database.session))
here = os.path.dirname(flask_admin.__file__)
admin.add_view(flask_admin.contrib.fileadmin.FileAdmin(here, name="files"))
with app.app_context():
    database.create_all()
    client = app.test_client()
    print(client.post("/admin/book/new/", data={"title": "A book"}).status_code, Book.query.count())
    for page in "/admin/", "/admin/book/", "/admin/fileadmin/":
        answer = client.get(page)
        text = answer.get_data(as_text=True)
        print(page, answer.status_code, "shop" in text, "A book" in text, "templates" in text)
        for part in sorted(set(text.split('"'))):
            if part.startswith("/admin/static/"):
                got = client.get(part)
                print(part.split("?")[0], got.status_code, len(got.data))
print(sorted(name for name in os.listdir(here) if name != "__pycache__"))
