# /// script
# dependencies = ["sqlalchemy", "aiosqlite", "greenlet"]
# ///
"""The ORM and the expression language on sqlite, its native helpers, reflection, other dialects, and asyncio through greenlets."""

import asyncio

import sqlalchemy as sa
import sqlalchemy.dialects.mysql
import sqlalchemy.dialects.oracle
import sqlalchemy.dialects.postgresql
import sqlalchemy.ext.asyncio
import sqlalchemy.ext.hybrid
from sqlalchemy import orm


class Base(orm.DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(30), unique=True)
    books: orm.Mapped[list["Book"]] = orm.relationship(back_populates="author", cascade="all, delete-orphan", order_by="Book.year")

    @sqlalchemy.ext.hybrid.hybrid_property
    def length(self):
        return len(self.name)

    @length.inplace.expression
    @classmethod
    def _length(cls):
        return sa.func.length(cls.name)


class Book(Base):
    __tablename__ = "book"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    title: orm.Mapped[str]
    year: orm.Mapped[int | None]
    author_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("author.id"))
    author: orm.Mapped[Author] = orm.relationship(back_populates="books")


engine = sa.create_engine("sqlite://")
Base.metadata.create_all(engine)
with orm.Session(engine) as session:
    session.add(Author(name="Orwell", books=[Book(title="1984", year=1949), Book(title="Animal Farm", year=1945)]))
    session.add(Author(name="Huxley", books=[Book(title="Brave New World", year=1932)]))
    session.commit()
    query = sa.select(Author.name, sa.func.count(Book.id), sa.func.min(Book.year)).join(Author.books).group_by(Author.name)
    print(session.execute(query.order_by(Author.name)).all())
    print([book.title for book in session.scalars(sa.select(Author).where(Author.length == 6, Author.name.like("O%"))).one().books])
    window = sa.select(Book.title, sa.func.rank().over(order_by=Book.year.desc())).order_by(Book.title)
    print(session.execute(window).all())
    session.add(Author(name="Orwell"))
    try:
        session.flush()
    except sa.exc.IntegrityError as error:
        print("error", error.orig)
        session.rollback()
    session.delete(session.scalars(sa.select(Author).filter_by(name="Orwell")).one())
    session.commit()
    print(session.scalar(sa.select(sa.func.count()).select_from(Book)))
print(sorted(sa.inspect(engine).get_table_names()), [key["referred_table"] for key in sa.inspect(engine).get_foreign_keys("book")])
statement = sa.select(Book.title).where(Book.year.in_([1, 2])).limit(3)
for dialect in (sqlalchemy.dialects.postgresql, sqlalchemy.dialects.mysql, sqlalchemy.dialects.oracle):
    print(" ".join(str(statement.compile(dialect=dialect.dialect())).split()))
try:
    sa.create_engine("postgresql://host/db")
except ImportError as error:
    print("error", error)


async def main():
    engine = sqlalchemy.ext.asyncio.create_async_engine("sqlite+aiosqlite://")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(sa.insert(Author), [{"name": "a"}, {"name": "b"}])
        print((await connection.execute(sa.select(Author.name))).scalars().all())
    await engine.dispose()


asyncio.run(main())
