from flask import Flask, render_template, request


def create_app():
    app = Flask(__name__)

    @app.route("/hello/<name>")
    def hello(name):
        return render_template("hello.html", name=name, items=request.args.getlist("item"))

    @app.route("/file")
    def file():
        return app.send_static_file("style.css")

    return app
