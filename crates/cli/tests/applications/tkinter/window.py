# A window with widgets of Tk and of ttk, an image, and a dialogue that is written in Tcl: prints what is in it.
import os
import tkinter
from tkinter import font, messagebox, scrolledtext, ttk

import pictures


def fill(root):
    ttk.Style(root).theme_use("clam")
    menu = tkinter.Menu(root)
    menu.add_command(label="Quit", command=root.destroy)
    root.configure(menu=menu)
    book = ttk.Notebook(root)
    first, second = ttk.Frame(book), ttk.Frame(book)
    book.add(first, text="First")
    book.add(second, text="Second")
    book.pack(fill="both", expand=True)
    root.picture = tkinter.PhotoImage(file=os.path.join(os.path.dirname(pictures.__file__), "red.ppm"))
    ttk.Label(first, text="Größe", image=root.picture, compound="left").pack()
    for widget in ttk.Entry(first), ttk.Combobox(first, values=["a", "b"]), ttk.Progressbar(first, value=40):
        widget.pack()
    tree = ttk.Treeview(second, columns=("size",))
    tree.insert("", "end", text="file", values=(3,))
    tree.pack()
    text = scrolledtext.ScrolledText(second, width=30, height=4)
    text.insert("end", "some text")
    text.pack()
    canvas = tkinter.Canvas(second, width=120, height=60)
    canvas.create_oval(10, 10, 100, 50)
    canvas.pack()
    book.select(second)
    root.update()
    book.select(first)
    root.update()


def show(widget, depth=0):
    keys = [key for key in ("text", "width", "height", "font", "style", "image") if key in widget.keys()]
    values = [f"{key}={widget.cget(key)}" for key in keys]
    print("  " * depth + widget.winfo_class(), widget.winfo_name(), widget.winfo_geometry(), *values)
    for child in widget.winfo_children():
        show(child, depth + 1)


root = tkinter.Tk()
fill(root)
show(root)
print(root.picture.width(), root.picture.height(), root.picture.get(0, 0), sorted(font.families())[:5])
print(root.tk.call("info", "patchlevel"), root.tk.call("package", "require", "Tk"), ttk.Style().theme_names())
root.after(200, lambda: root.tk.eval("destroy .__tk__messagebox"))
print(messagebox.askyesno("A question", "Yes or no?"))
print(sorted(name for name in os.environ if "TCL" in name or "TK" in name))
root.destroy()
