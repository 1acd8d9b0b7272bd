

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('places', '0002_trigram'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(max_length=40, verbose_name='姓名')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='电话')),
                ('demo', models.BooleanField(default=False, editable=False, verbose_name='演示账号')),
                ('sessions_valid_from', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='会话有效起点')),
                ('must_change_password', models.BooleanField(default=False, verbose_name='须修改密码')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '账号',
                'verbose_name_plural': '账号',
                'ordering': ['username'],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='编码')),
                ('name', models.CharField(max_length=100, verbose_name='名称')),
                ('short', models.CharField(blank=True, max_length=30, verbose_name='简称')),
                ('kind', models.CharField(choices=[('centre', '中心'), ('department', '责任单位'), ('township', '镇街'), ('contractor', '承包单位'), ('crew', '班组'), ('enterprise', '企业')], max_length=12, verbose_name='类别')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='电话')),
                ('enabled', models.BooleanField(default=True, verbose_name='启用')),
                ('synthetic', models.BooleanField(default=False, editable=False, verbose_name='合成数据')),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area', verbose_name='所辖区域')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='people.organisation', verbose_name='上级')),
            ],
            options={
                'verbose_name': '机构',
                'verbose_name_plural': '机构',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('duty_officer', '值班员'), ('acceptor', '受理员'), ('shift_leader', '值班长'), ('dispatcher', '派遣员'), ('hotline_operator', '坐席员'), ('department', '责任单位'), ('township', '镇街'), ('contractor_lead', '采集公司负责人'), ('evaluator', '考评员'), ('overseer', '督查员'), ('trade_engineer', '行业工程师'), ('leader', '领导'), ('inspector', '信息采集员'), ('crew', '班组'), ('administrator', '管理员')], max_length=24, verbose_name='角色')),
                ('name', models.CharField(max_length=60, verbose_name='岗位名称')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='people.organisation', verbose_name='机构')),
            ],
            options={
                'verbose_name': '岗位',
                'verbose_name_plural': '岗位',
                'ordering': ['organisation__code', 'role', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Holding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(default=django.utils.timezone.localdate, verbose_name='自')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='至（不含）')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holdings', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holdings', to='people.post', verbose_name='岗位')),
            ],
            options={
                'verbose_name': '任职',
                'verbose_name_plural': '任职',
                'ordering': ['account__username', 'valid_from'],
            },
        ),
        migrations.CreateModel(
            name='Responsibility',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(default=django.utils.timezone.localdate, verbose_name='自')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='至（不含）')),
                ('matter_code', models.CharField(help_text='01 整个大类，01037 一个小类', max_length=5, verbose_name='事项编码（前缀）')),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area', verbose_name='区域')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responsibilities', to='people.organisation', verbose_name='责任单位')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation', verbose_name='权属单位')),
            ],
            options={
                'verbose_name': '事项责任',
                'verbose_name_plural': '事项责任',
                'ordering': ['matter_code', 'area'],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='时间')),
                ('who', models.CharField(max_length=80, verbose_name='操作人')),
                ('ip', models.GenericIPAddressField(null=True, verbose_name='来源地址')),
                ('action', models.CharField(db_index=True, max_length=60, verbose_name='动作')),
                ('object_type', models.CharField(blank=True, max_length=60, verbose_name='对象类别')),
                ('object_id', models.CharField(blank=True, max_length=60, verbose_name='对象编号')),
                ('summary', models.CharField(blank=True, max_length=300, verbose_name='摘要')),
                ('before', models.JSONField(null=True, verbose_name='之前')),
                ('after', models.JSONField(null=True, verbose_name='之后')),
                ('account', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
            ],
            options={
                'verbose_name': '审计记录',
                'verbose_name_plural': '审计记录',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='audit_by_object')],
            },
        ),
        migrations.CreateModel(
            name='GridDuty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(default=django.utils.timezone.localdate, verbose_name='自')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='至（不含）')),
                ('shift', models.CharField(choices=[('all_day', '全天'), ('early', '早班'), ('late', '晚班')], default='all_day', max_length=8, verbose_name='班次')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='duties', to=settings.AUTH_USER_MODEL, verbose_name='信息采集员')),
                ('responsibility_grid', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='places.responsibilitygrid', verbose_name='责任网格')),
            ],
            options={
                'verbose_name': '网格责任人',
                'verbose_name_plural': '网格责任人',
                'ordering': ['responsibility_grid', 'account'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('responsibility_grid', 'account', 'shift'), name='one_open_grid_duty'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='duty_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='内容')),
                ('link', models.CharField(blank=True, max_length=200, verbose_name='链接')),
                ('kind', models.CharField(default='plain', max_length=20, verbose_name='类别')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='时间')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='阅读时间')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
            ],
            options={
                'verbose_name': '通知',
                'verbose_name_plural': '通知',
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(fields=['account', '-created_at'], name='notice_by_person'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['account'], name='notice_unread')],
            },
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.UniqueConstraint(fields=('organisation', 'role', 'name'), name='one_post_of_a_name'),
        ),
        migrations.AddConstraint(
            model_name='holding',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('account', 'post'), name='one_open_holding'),
        ),
        migrations.AddConstraint(
            model_name='holding',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='holding_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('matter_code', 'area', 'owner'), name='one_open_responsibility', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='responsibility_ends_after_start'),
        ),
    ]
